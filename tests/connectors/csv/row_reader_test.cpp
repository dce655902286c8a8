#include "connectors/csv/row_reader.h"

#include <doctest/doctest.h>

#include "tests/connectors/csv/csv_text.h"
#include "tests/connectors/csv/temp_folder.h"

using namespace crmsync;
using namespace crmsync::connectors::csv;
using Row = RowReader::Row;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Export {
  explicit Export(std::string_view text, std::string name = "contacts.csv")
      : path(folder.write(name, text)), options(parse_options({{"path", path}})) {}

  Result<std::unique_ptr<RowReader>> try_open(const Position& position = {}) const {
    const auto identity = identify(path);
    REQUIRE(identity.has_value());
    return RowReader::open(*identity, options, position);
  }
  std::unique_ptr<RowReader> open(const Position& position = {}) const {
    auto reader = try_open(position);
    REQUIRE_MESSAGE(reader.has_value(), (reader ? "" : reader.error().message));
    return std::move(*reader);
  }
  std::string refused() const {
    const auto reader = try_open();
    REQUIRE_FALSE(reader.has_value());
    CHECK(has(reader.error().message, path));
    return reader.error().message;
  }

  TempFolder folder;
  std::string path;
  Options options;
};

// "7 opted out", "bad: ..." or "end: ..." for each row.
std::vector<std::string> rows_of(RowReader& reader) {
  std::vector<std::string> all;
  domain::RemoteRecord record;
  while (true) {
    const Row row = reader.next(record);
    if (row == Row::end) return all;
    const char* out = !record.opted_out ? " unknown" : *record.opted_out ? " opted out" : " subscribed";
    all.push_back(row == Row::bad ? "bad: " + reader.bad() : record.external_id + out);
  }
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("an export is read as records") {
  SUBCASE("whatever separates its cells") {
    for (const char delimiter : {',', ';', '\t', '|'}) {
      std::string text = quoted_row({"id", "email", "opted_out"}, delimiter);
      text += quoted_row({"7", "a@example.com", "true"}, delimiter);
      const Export file(text);
      const auto reader = file.open();
      CHECK(reader->delimiter() == delimiter);
      CHECK(rows_of(*reader) == Rows{"7 opted out"});
      CHECK(reader->doubt().empty());
    }
  }
  SUBCASE("with empty lines before the header and between the rows") {
    const Export file("\r\n\r\nid,email,opted_out\r\n\r\n7,a@example.com,true\r\n\r\n8,b@example.com,false\r\n\r\n");
    CHECK(rows_of(*file.open()) == Rows{"7 opted out", "8 subscribed"});
  }
  SUBCASE("with a header in Windows-1252") {
    const Export file("id,email,Gel\xF6scht,opted_out\n7,a@example.com,x,no\n");
    CHECK(file.open()->codec().columns().header[2] == "Gel\xC3\xB6scht");
  }
  SUBCASE("of which there are none below the header") {
    const Export file("id,email,opted_out\n");
    const auto reader = file.open();
    CHECK(rows_of(*reader).empty());
    CHECK(reader->doubt().empty());
  }
}

TEST_CASE("a file that is no export is refused with its name and the reason") {
  SUBCASE("an empty one") { CHECK(has(Export("").refused(), "empty")); }
  SUBCASE("one of empty lines") { CHECK(has(Export("\n\n").refused(), "header line")); }
  SUBCASE("one that ends in the quotes of its header") {
    CHECK(has(Export("\"id,email\n7,a\n").refused(), "header line"));
  }
  SUBCASE("one with NUL bytes in its header") {
    using namespace std::string_literals;
    CHECK(has(Export("id,em\0ail\n"s).refused(), "NUL"));
  }
  SUBCASE("one without a column for the address") { CHECK(has(Export("id,phone\n").refused(), "columns: { email")); }
}

TEST_CASE("a row that cannot be read is reported with its line, and the others go on") {
  const Export file(
      "id,email,opted_out\n"
      "1,a@example.com,no\n"
      "2,b@example.com\n"
      "\n"
      "\"3\",\"c@example.com\",\"no\nno\"\n"
      "4,d@example.com,no,more,cells\n"
      ",,no\n"
      "5,e@example.com,yes\n");
  const auto rows = rows_of(*file.open());
  REQUIRE(rows.size() == 6);
  CHECK(rows[0] == "1 subscribed");
  CHECK(rows[1] == "bad: " + file.path + ", line 3: the row has 2 columns, the header 3");
  CHECK(rows[2] == "3 unknown");
  CHECK(rows[3] == "bad: " + file.path + ", line 7: the row has 5 columns, the header 3");
  CHECK(rows[4] == "bad: " + file.path + ", line 8: the row has neither an id nor an address");
  CHECK(rows[5] == "5 opted out");
}

TEST_CASE("a row with a NUL byte, or longer than a row can be, is bad") {
  using namespace std::string_literals;
  const Export file("id,email,opted_out\n1,a\0b,no\n"s + "2,b@example.com," + std::string(Tokenizer::kMaxRow, 'x') +
                    "\n" + "3,c@example.com,no\n");
  const auto rows = rows_of(*file.open());
  REQUIRE(rows.size() == 3);
  CHECK(has(rows[0], "line 2: the row has a NUL byte"));
  CHECK(has(rows[1], "line 3: the row is longer than 1 MiB"));
  CHECK(rows[2] == "3 subscribed");
}

TEST_CASE("an export that seems to be cut short") {
  const auto doubt_of = [](std::string_view text, const Rows& expected) {
    const Export file(text);
    const auto reader = file.open();
    CHECK(rows_of(*reader) == expected);
    if (!reader->doubt().empty()) CHECK(has(reader->doubt(), file.path));
    return reader->doubt();
  };
  const std::string start = "id,email,opted_out\n1,a@example.com,no\n";
  SUBCASE("in its last line, which has not all columns") {
    CHECK(has(doubt_of(start + "2,b@exam", {"1 subscribed"}), "2 of 3 columns"));
    CHECK(has(doubt_of(start + "2", {"1 subscribed"}), "1 of 3 columns"));
  }
  SUBCASE("in an open quote") { CHECK(has(doubt_of(start + "2,\"b@exam", {"1 subscribed"}), "inside a row")); }
  SUBCASE("in its header") { CHECK(has(doubt_of("id,email,opted_out", {}), "header line")); }
  SUBCASE("in a character") {
    const std::string text = "\xFF\xFE" + utf_16(start, false) + "x";
    CHECK(has(doubt_of(text, {"1 subscribed"}), "inside a character"));
  }
  SUBCASE("is not one whose last line only lacks its end, but what that line says has to be whole") {
    CHECK(doubt_of(start + "2,b@example.com,false", {"1 subscribed", "2 subscribed"}).empty());
    CHECK(doubt_of(start + "2,b@example.com,true", {"1 subscribed", "2 opted out"}).empty());
    CHECK(doubt_of(start + "2,b@example.com,fals", {"1 subscribed", "2 unknown"}).empty());
    CHECK(doubt_of(start + "2,b@example.com,", {"1 subscribed", "2 unknown"}).empty());
    CHECK(doubt_of(start + "2,b@example.com,\"\"", {"1 subscribed", "2 subscribed"}).empty());
  }
}

TEST_CASE("a doubt is about this very file") {
  const std::string text = "id,email,opted_out\n1,a@exa";
  const Export file(text);
  const auto token = file.open()->doubt_token();
  CHECK(token == file.open()->doubt_token());
  CHECK(has(token, file.path));
  file.folder.write("contacts.csv", text + "m");
  CHECK(token != file.open()->doubt_token());
  SUBCASE("and its name stays on one line") {
    const Export odd(text, "con\ntacts.csv");
    CHECK_FALSE(has(odd.open()->doubt_token(), "\n"));
  }
}

TEST_CASE("a Salesforce report ends with a footer, which is no record and no doubt") {
  const std::string report = "Contact ID,Email,Email Opt Out\n003A,a@example.com,1\n\n";
  const auto read = [](const std::string& text) {
    const Export file(text);
    const auto reader = file.open();
    auto rows = rows_of(*reader);
    if (!reader->doubt().empty()) rows.push_back("doubt");
    return rows;
  };
  SUBCASE("of lines of one cell after an empty line") {
    CHECK(read(report + "\"Contacts\"\n\"Copyright (c) 2026\"\nConfidential\n") == Rows{"003A opted out"});
    CHECK(read(report + "\"Contacts\"\n\"Confidential\"") == Rows{"003A opted out"});
  }
  SUBCASE("which without quotes and a line end could be a record that was cut") {
    CHECK(read(report + "\"Contacts\"\n003") == Rows{"003A opted out", "doubt"});
  }
  SUBCASE("and a line of one cell without an empty line before it is a bad row") {
    const auto rows = read("Contact ID,Email,Email Opt Out\n003A,a@example.com,1\n003B\n003C,c@example.com,0\n");
    REQUIRE(rows.size() == 3);
    CHECK(has(rows[1], "line 3"));
    CHECK(rows[2] == "003C subscribed");
  }
  SUBCASE("other exports have none") {
    const auto rows = read("id,email,opted_out\n1,a@example.com,1\n\nContacts\n");
    REQUIRE(rows.size() == 2);
    CHECK(has(rows[1], "line 4"));
  }
}

TEST_CASE("reading goes on at the position after any row, with the same lines in its reports") {
  std::string text =
      "\xEF\xBB\xBF"
      "id,email,opted_out\r\n";
  for (int i = 0; i < 40; ++i)
    text += i % 7 == 3   ? "\"bad\r\nrow\"\r\n"
            : i % 5 == 1 ? "\r\n" + std::to_string(i) + ",\"a\r\nb\",yes\r\n"
                         : std::to_string(i) + ",caf\xC3\xA9@example.com,no\r\n";
  for (const bool utf_16_text : {false, true}) {
    const Export file(utf_16_text ? "\xFE\xFF" + utf_16(text.substr(3), true) : text);
    const auto whole = rows_of(*file.open());
    CHECK(whole.size() == 40);
    for (std::size_t until = 0; until <= whole.size(); ++until) {
      CAPTURE(until);
      const auto first = file.open();
      domain::RemoteRecord record;
      for (std::size_t i = 0; i < until; ++i) first->next(record);
      const auto rest = rows_of(*file.open(first->position()));
      CHECK((rest == Rows(whole.begin() + static_cast<std::ptrdiff_t>(until), whole.end())));
    }
  }
}
