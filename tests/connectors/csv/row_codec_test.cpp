#include "connectors/csv/row_codec.h"

#include <doctest/doctest.h>

#include "connectors/csv/encoding.h"

using namespace crmsync;
using namespace crmsync::connectors::csv;
using Cells = std::vector<std::string_view>;

namespace {

RowCodec codec(std::vector<std::string> header, nlohmann::json options = nlohmann::json::object(),
               std::string_view file_name = "contacts.csv") {
  options["path"] = "/export";
  const Options parsed = parse_options(options);
  auto columns = map_columns(std::move(header), file_name, parsed);
  REQUIRE(columns.has_value());
  return {std::move(*columns), parsed.opted_out_values};
}

domain::RemoteRecord decoded(const RowCodec& codec, const Cells& cells, bool may_be_cut = false) {
  domain::RemoteRecord record;
  record.external_id = "of the row before", record.email = "before@example.com", record.name = "Before";
  record.opted_out = true, record.evidence = "before", record.deleted = true, record.modified_at = 1;
  record.merged_ids = {"before"};
  codec.decode(cells, may_be_cut, record);
  return record;
}

std::optional<bool> opted_out(const RowCodec& codec, std::string_view cell, bool may_be_cut = false) {
  return decoded(codec, {"1", "ann@example.com", cell}, may_be_cut).opted_out;
}

const std::vector<std::string> kHeader{"id", "email", "opted_out"};

}  // namespace

TEST_CASE("a row as a record") {
  const auto full = codec({"id", "email", "opted_out", "modified_at", "first_name", "last_name"});
  SUBCASE("has the cells without the blanks around them, and nothing of the row before") {
    domain::RemoteRecord expected;
    expected.external_id = "7";
    expected.email = "Ann@Example.com";
    expected.name = "Ann Example";
    expected.opted_out = false;
    expected.modified_at = 1'767'225'600'000;
    CHECK(decoded(full, {" 7", "Ann@Example.com ", "no", "2026-01-01", "Ann", " Example"}) == expected);
  }
  SUBCASE("has the name that there is") {
    CHECK(decoded(full, {"7", "", "", "", "", "Example"}).name == "Example");
    CHECK(decoded(full, {"7", "", "", "", "Ann", " "}).name == "Ann");
  }
  SUBCASE("has no time where the cell says none clearly") {
    CHECK_FALSE(decoded(full, {"7", "", "", "03/04/2026", "", ""}).modified_at.has_value());
  }
  SUBCASE("reads what is not UTF-8 as Windows-1252") {
    const auto record = decoded(full, {"\xFC", "caf\xE9@example.com", "no", "", "Ren\xE9", "\xC3\xA9"});
    CHECK(record.external_id == "\xC3\xBC");
    CHECK(record.email == "caf\xC3\xA9@example.com");
    CHECK(record.name == "Ren\xC3\xA9 \xC3\xA9");
  }
  SUBCASE("has the address in lower case as its id where it has no other") {
    CHECK(decoded(full, {"", "Ann@Example.com", "", "", "", ""}).external_id == "ann@example.com");
    const auto without = codec({"email", "opted_out"});
    CHECK(decoded(without, {"Ann@Example.com", ""}).external_id == "ann@example.com");
    CHECK(decoded(without, {"", "yes"}).external_id.empty());
  }
  SUBCASE("is deleted where the export says so") {
    const auto salesforce = codec({"Id", "Email", "HasOptedOutOfEmail", "IsDeleted"});
    CHECK(decoded(salesforce, {"1", "", "0", "1"}).deleted);
    CHECK(decoded(salesforce, {"1", "", "0", "TRUE"}).deleted);
    CHECK_FALSE(decoded(salesforce, {"1", "", "0", "0"}).deleted);
    CHECK_FALSE(decoded(salesforce, {"1", "", "0", ""}).deleted);
  }
}

TEST_CASE("opted out") {
  const auto simple = codec(kHeader);
  SUBCASE("is what the words for it say, in any case") {
    for (const auto word : {"true", "YES", "1", "y", "X", "Unsubscribed", " opted out "})
      CHECK(opted_out(simple, word) == true);
    for (const auto word : {"", " ", "false", "No", "0", "n", "subscribed", "Opted In"})
      CHECK(opted_out(simple, word) == false);
  }
  SUBCASE("is unknown where the word is neither") {
    for (const auto word : {"maybe", "2", "yes!", "-", "null", "cleaned", "pending"}) {
      CAPTURE(std::string(word));
      CHECK_FALSE(opted_out(simple, word).has_value());
    }
  }
  SUBCASE("is unknown where there is no column for it") {
    CHECK_FALSE(decoded(codec({"id", "email"}), {"1", ""}).opted_out.has_value());
  }
  SUBCASE("is what the configured words say, and then nothing else is") {
    const auto own = codec(kHeader, {{"opted_out_values", {" Gone ", "LEFT"}}});
    CHECK(opted_out(own, "gone") == true);
    CHECK(opted_out(own, "left") == true);
    CHECK(opted_out(own, "true") == false);
    CHECK(opted_out(own, "") == false);
  }
  SUBCASE("is what the configured words say in the cell's own encoding, and in any case and form of their letters") {
    const auto own = codec(kHeader, {{"opted_out_values", {"Gel\xC3\xB6scht"}}});
    for (const auto cell : {"Gel\xF6scht", "GEL\xD6SCHT", "GEL\xC3\x96SCHT", "gelo\xCC\x88scht", " gel\xC3\xB6scht "}) {
      CAPTURE(std::string(cell));
      CHECK(opted_out(own, cell) == true);
    }
    CHECK(opted_out(own, "gel\xE4scht") == false);
    CHECK(opted_out(own, "geloscht") == false);
  }
  SUBCASE("says what made it so") {
    CHECK(decoded(simple, {"1", "a@example.com", " Yes "}).evidence == "opted_out = \"Yes\"");
    CHECK(decoded(simple, {"1", "a@example.com", "no"}).evidence.empty());
    CHECK(decoded(simple, {"1", "a@example.com", "maybe"}).evidence.empty());
  }
  SUBCASE("quotes a long cell in part, and whole characters only") {
    const std::string time(79, 'x');
    const auto mailchimp = codec({"LEID", "Email Address", "UNSUB_TIME", "EUID"});
    const auto record = decoded(mailchimp, {"1", "a@example.com", time + "\xC3\xA9 and more", ""});
    CHECK(record.opted_out == true);
    CHECK(record.evidence == "UNSUB_TIME = \"" + time + "\"");
    CHECK(is_utf8(record.evidence));
  }
}

TEST_CASE("opted out by Mailchimp's files") {
  const std::vector<std::string> header{"Email Address", "UNSUB_TIME", "LEID", "EUID"};
  const Cells with{"a@example.com", "2026-01-01 10:00:00", "1", "e"}, without{"a@example.com", "", "1", "e"};
  SUBCASE("is whoever has a time, whatever the file's name") {
    for (const auto name : {"unsubscribed.csv", "subscribed.csv", "members.csv"})
      CHECK(decoded(codec(header, {}, name), with).opted_out == true);
  }
  SUBCASE("is whoever is in the file of the unsubscribed") {
    const auto record = decoded(codec(header, {}, "unsubscribed.csv"), without);
    CHECK(record.opted_out == true);
    CHECK_FALSE(record.evidence.empty());
  }
  SUBCASE("is not who is in the file of the subscribed") {
    CHECK(decoded(codec(header, {}, "subscribed.csv"), without).opted_out == false);
  }
  SUBCASE("is unknown where the name says nothing") {
    CHECK_FALSE(decoded(codec(header, {}, "members.csv"), without).opted_out.has_value());
  }
  SUBCASE("needs no column where the name says it") {
    const auto record =
        decoded(codec({"Email Address", "LEID", "EUID"}, {}, "unsubscribed.csv"), {"a@example.com", "1", "e"});
    CHECK(record.opted_out == true);
    CHECK_FALSE(record.evidence.empty());
  }
}

TEST_CASE("opted out by conditions") {
  const nlohmann::json when = {
      {"opted_out_when", {{{"field", "state"}, {"equals", "Left "}}, {{"field", "ban"}, {"equals", "1"}}}}};
  const auto both = codec({"id", "email", "state", "ban"}, when);
  SUBCASE("is who meets any of them") {
    CHECK(decoded(both, {"1", "", " left", "0"}).opted_out == true);
    CHECK(decoded(both, {"1", "", "in", "1"}).opted_out == true);
    CHECK(decoded(both, {"1", "", "left", "1"}).evidence == "state = \"left\"");
    CHECK(decoded(both, {"1", "", "in", "0"}).opted_out == false);
  }
  SUBCASE("also where the cell is in Windows-1252, or in other letters") {
    const auto own =
        codec({"id", "email", "state"}, {{"opted_out_when", {{{"field", "state"}, {"equals", "Gel\xC3\xB6scht"}}}}});
    CHECK(decoded(own, {"1", "", "Gel\xF6scht"}).opted_out == true);
    CHECK(decoded(own, {"1", "", "GEL\xC3\x96SCHT"}).opted_out == true);
    CHECK(decoded(own, {"1", "", "aktiv"}).opted_out == false);
  }
  SUBCASE("whatever the opt-out column says") {
    const auto with_column = codec({"email", "opted_out", "state", "ban"}, when);
    CHECK(decoded(with_column, {"a@example.com", "true", "in", "0"}).opted_out == false);
  }
  SUBCASE("is unknown for the others where a column is missing") {
    const auto one = codec({"id", "email", "state"}, when);
    CHECK(decoded(one, {"1", "", "left"}).opted_out == true);
    CHECK_FALSE(decoded(one, {"1", "", "in"}).opted_out.has_value());
  }
  SUBCASE("is unknown where the file may be cut in the cell that would say") {
    CHECK_FALSE(decoded(both, {"1", "", "in", ""}, true).opted_out.has_value());
    CHECK(decoded(both, {"1", "", "in", "1"}, true).opted_out == true);
    CHECK(decoded(both, {"1", "", "left", ""}, true).opted_out == true);
  }
}

TEST_CASE("where the file may be cut in the last cell, only a whole word says something") {
  const auto last = codec(kHeader);
  CHECK_FALSE(opted_out(last, "", true).has_value());
  CHECK_FALSE(opted_out(last, "fals", true).has_value());
  CHECK_FALSE(opted_out(last, "t", true).has_value());
  CHECK(opted_out(last, "false", true) == false);
  CHECK(opted_out(last, "true", true) == true);
  SUBCASE("also with words of one's own") {
    const auto own = codec(kHeader, {{"opted_out_values", {"gone"}}});
    CHECK_FALSE(opted_out(own, "go", true).has_value());
    CHECK(opted_out(own, "gone", true) == true);
  }
  SUBCASE("but a cell before the last one is whole") {
    const auto first = codec({"opted_out", "id", "email"});
    CHECK(decoded(first, {"", "1", "a@exa"}, true).opted_out == false);
  }
}
