// Pages of contacts as records.
#include "connectors/hubspot/codec.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

using namespace crmsync;
using namespace crmsync::connectors::hubspot;
using nlohmann::json;

namespace {

const Options kOptions = parse_options(json::object());

ContactPage decoded(const std::string& body, const Options& options = kOptions) {
  auto page = decode_contacts(body, options);
  REQUIRE(page.has_value());
  return *page;
}

// A page of one contact with these properties.
ContactPage one(const json& properties, const json& more = json::object()) {
  json row = {{"id", "101"}, {"properties", properties}, {"archived", false}};
  row.update(more);
  return decoded(json{{"results", {row}}}.dump());
}

std::optional<bool> opt_out(const json& value) { return one({{"hs_email_optout", value}}).records.front().opted_out; }

bool refused(const std::string& body) {
  const auto page = decode_contacts(body, kOptions);
  return !page && page.error().kind == ErrorKind::protocol;
}

}  // namespace

TEST_CASE("a contact of HubSpot's documentation") {
  const auto page = decoded(R"({"results":[{"id":"33451","properties":{"createdate":"2022-06-01T14:31:48.469Z",
    "email":"lorelai@thedragonfly.com","firstname":"Lorelai","hs_email_optout":null,"hs_merged_object_ids":"11;12",
    "hs_object_id":"33451","lastmodifieddate":"2025-07-07T20:27:17.947Z","lastname":"Gilmore"},
    "createdAt":"2022-06-01T14:31:48.469Z","updatedAt":"2025-07-07T20:27:17.947Z","archived":false}],
    "paging":{"next":{"after":"33452","link":"https://api.hubspot.com/crm/objects/v3/contacts?limit=1"}}})");
  REQUIRE(page.records.size() == 1);
  const auto& record = page.records.front();
  CHECK(record.external_id == "33451");
  CHECK(record.email == "lorelai@thedragonfly.com");
  CHECK(record.name == "Lorelai Gilmore");
  CHECK(record.opted_out == false);
  CHECK(record.modified_at == 1'751'920'037'947);
  CHECK(record.merged_ids == std::vector<std::string>{"11", "12"});
  CHECK_FALSE(record.deleted);
  CHECK(record.evidence.empty());
  CHECK(page.after == "33452");
  CHECK(page.rows == 1);
  CHECK(page.bad_rows.empty());
  CHECK_FALSE(page.total.has_value());
}

TEST_CASE("the last page names no next one, and a search says how many there are") {
  const auto page = decoded(R"({"total":3,"results":[]})");
  CHECK_FALSE(page.after.has_value());
  CHECK(page.total == 3);
  CHECK(page.rows == 0);
}

TEST_CASE("an opt-out is") {
  SUBCASE("true in any case, as text or as a boolean") {
    for (const json& value : {json("true"), json("TRUE"), json(true)}) {
      CAPTURE(value.dump());
      CHECK(opt_out(value) == true);
    }
    CHECK(one({{"hs_email_optout", "true"}}).records.front().evidence == "hs_email_optout = \"true\"");
  }
  SUBCASE("no where it was asked for and is false, empty or null") {
    for (const json& value : {json("false"), json(""), json(), json(false)}) {
      CAPTURE(value.dump());
      CHECK(opt_out(value) == false);
    }
  }
  SUBCASE("unknown where it is anything else") {
    for (const json& value : {json("maybe"), json(1), json(0.5), json::array({"true"}), json::object()}) {
      CAPTURE(value.dump());
      CHECK_FALSE(opt_out(value).has_value());
    }
  }
  SUBCASE("a no when it stands twice and one of them is; unknown when they differ otherwise") {
    const auto twice = [](const std::string& values) {
      const auto body = R"({"results":[{"id":"1","properties":{)" + values + "}}]}";
      return decoded(body).records.front().opted_out;
    };
    CHECK(twice(R"("hs_email_optout":"true","hs_email_optout":"false")") == true);
    CHECK(twice(R"("hs_email_optout":"false","hs_email_optout":"true")") == true);
    CHECK_FALSE(twice(R"("hs_email_optout":"false","hs_email_optout":"maybe")").has_value());
    CHECK(twice(R"("hs_email_optout":"false","hs_email_optout":null)") == false);
  }
}

TEST_CASE("a property that is absent") {
  const auto page_of = [](const char* other) {
    return decoded(std::string(R"({"results":[{"id":"1","properties":{"email":"a@example.com"}},
                                              {"id":"2","properties":{"hs_email_optout":)") +
                   other + "}}]}");
  };
  const auto settled = [](ContactPage page, ConditionSet defined) {
    settle_absent(page, defined);
    return page.records.front().opted_out;
  };
  SUBCASE("is unknown before anything is known of it") {
    CHECK_FALSE(page_of("\"true\"").records.front().opted_out.has_value());
  }
  SUBCASE("has no value where the account has the property, and shows none that is empty") {
    CHECK(open_conditions(page_of("\"true\"")) == 1);
    CHECK(settled(page_of("\"true\""), 1) == false);
  }
  SUBCASE("is unknown where the account does not have the property, or hides it") {
    CHECK_FALSE(settled(page_of("\"true\""), 0).has_value());
  }
  SUBCASE("is unknown where no value is shown as null or empty: then it is absent for another reason") {
    for (const char* other : {"null", "\"\""}) {
      CHECK(open_conditions(page_of(other)) == 0);
      CHECK_FALSE(settled(page_of(other), 1).has_value());
    }
  }
}

TEST_CASE("of several conditions any is enough, and all have to be known for a yes") {
  const auto options = parse_options({{"subscription_id", "7"}});
  const auto record = [&](const char* properties) {
    return decoded(std::string(R"({"results":[{"id":"1","properties":{)") + properties + "}}]}", options)
        .records.front();
  };
  CHECK(record(R"("hs_email_optout":null,"hs_email_optout_7":"true")").opted_out == true);
  CHECK(record(R"("hs_email_optout":"true")").opted_out == true);
  CHECK(record(R"("hs_email_optout":"","hs_email_optout_7":"")").opted_out == false);
  CHECK_FALSE(record(R"("hs_email_optout":"")").opted_out.has_value());
  CHECK_FALSE(record(R"("hs_email_optout":"","hs_email_optout_7":"OTHER")").opted_out.has_value());
}

TEST_CASE("whoever says what means opted out has said that nothing else does") {
  const auto options = parse_options({{"opted_out_when", {{{"field", "status"}, {"equals", "Do not mail"}}}}});
  const auto record = [&](const char* value) {
    return decoded(std::string(R"({"results":[{"id":"1","properties":{"status":)") + value + "}}]}", options)
        .records.front();
  };
  CHECK(record("\"do not MAIL\"").opted_out == true);
  CHECK(record("\"do not MAIL\"").evidence == "status = \"Do not mail\"");
  CHECK(record("\"Customer\"").opted_out == false);
  CHECK(record("null").opted_out == false);
  CHECK_FALSE(record("[1]").opted_out.has_value());
}

TEST_CASE("an archived contact is deleted, at the time it was archived if that is later") {
  const auto page = one({{"email", "a@example.com"}, {"lastmodifieddate", "2026-01-01T00:00:00Z"}},
                        {{"archived", true}, {"archivedAt", "2026-01-02T00:00:00Z"}});
  CHECK(page.records.front().deleted);
  CHECK(page.records.front().modified_at == 1'767'312'000'000);
}

TEST_CASE("the later of the two times of a change counts") {
  const auto page = one({{"lastmodifieddate", "2026-01-01T00:00:00Z"}}, {{"updatedAt", "2026-01-02T00:00:00Z"}});
  CHECK(page.records.front().modified_at == 1'767'312'000'000);
  CHECK_FALSE(one(json::object()).records.front().modified_at.has_value());
}

TEST_CASE("a record is not merged into itself") {
  CHECK(one({{"hs_merged_object_ids", "101; 55;;"}}).records.front().merged_ids == std::vector<std::string>{"55"});
  CHECK(one({{"hs_merged_object_ids", 55}}).records.front().merged_ids == std::vector<std::string>{"55"});
}

TEST_CASE("values of another type cost their record nothing but themselves") {
  const auto& record =
      one({{"email", 42}, {"firstname", {{"a", 1}}}, {"lastname", "Gilmore"}, {"lastmodifieddate", false}})
          .records.front();
  CHECK(record.email.empty());
  CHECK(record.name == "Gilmore");
  CHECK_FALSE(record.modified_at.has_value());
}

TEST_CASE("a row that cannot be read is reported by place and id, without its address, and costs only itself") {
  const auto page = decoded(R"({"results":[
    {"id":"1","properties":{"email":"good@example.com"}},
    {"properties":{"email":"secret@example.com"}},
    "text", null, [1,{"id":"9"}],
    {"id":"6","email":"secret@example.com"},
    {"id":"7","properties":{"email":"secret@example.com","email":"other@example.com"}},
    {"id":8,"properties":{"email":"good@example.com"}}]})");
  CHECK(page.rows == 8);
  REQUIRE(page.records.size() == 2);
  CHECK(page.records.back().external_id == "8");
  REQUIRE(page.bad_rows.size() == 6);
  CHECK(page.bad_rows[0] == "contact 2 of the page: it has no id");
  CHECK(page.bad_rows[4] == "contact 6 of the page, id 6: it has no properties");
  CHECK(page.bad_rows[5] == "contact 7 of the page, id 7: it has two values for email");
  for (const auto& row : page.bad_rows) CHECK(row.find('@') == std::string::npos);
  CHECK(page.first_id == "1");
  CHECK(page.last_id == "8");
  CHECK(page.ascending);
}

TEST_CASE("ids are in the order of numbers, or they are not") {
  const auto ascending = [](std::initializer_list<const char*> ids) {
    json rows = json::array();
    for (const char* id : ids) rows.push_back({{"id", id}, {"properties", json::object()}});
    return decoded(json{{"results", rows}}.dump()).ascending;
  };
  CHECK(ascending({"9", "10", "10", "513881705057"}));
  CHECK_FALSE(ascending({"10", "9"}));
}

TEST_CASE("what is no page of contacts is refused whole") {
  for (const char* body : {"", "{}", "[]", "null", "42", "<html></html>", R"({"results":null})", R"({"results":{}})",
                           R"({"results":[)", R"({"results":[]} x)", R"({"results":[],"results":[]})",
                           R"({"status":"error"})", "{\"results\":[{\"id\":\"\xFF\"}]}"}) {
    CAPTURE(body);
    CHECK(refused(body));
  }
  const std::string deep(100'000, '[');
  CHECK(refused(R"({"results":[],"x":)" + deep));
  CHECK(refused(R"({"results":[],"x":)" + deep + std::string(deep.size(), ']') + "}"));
}

TEST_CASE("what HubSpot adds elsewhere is passed over, whatever it is called") {
  const auto page = decoded(R"({"results":[{"id":"1","properties":{"email":"a@example.com","hs_email_optout":"true"},
    "associations":{"results":[{"id":"2"}],"id":"3","properties":{"email":"b@example.com"}},
    "propertiesWithHistory":{"hs_email_optout":[{"value":"false"}],"email":[]}}],
    "errors":[{"id":"4","results":[]}],"paging":{"prev":{"after":"0"},"next":{"link":"x"}}})");
  REQUIRE(page.records.size() == 1);
  CHECK(page.records.front().external_id == "1");
  CHECK(page.records.front().email == "a@example.com");
  CHECK(page.records.front().opted_out == true);
  CHECK_FALSE(page.after.has_value());
}

TEST_CASE("no prefix and no change of a byte is ever read as more contacts, or throws") {
  const std::string body =
      R"({"results":[{"id":"1","properties":{"email":"a@example.com","hs_email_optout":"true"}},)"
      R"({"id":"2","properties":{"email":"b@example.com","hs_email_optout":null}}],"paging":{"next":{"after":"3"}}})";
  for (std::size_t size = 0; size < body.size(); ++size) CHECK(refused(body.substr(0, size)));
  CHECK(rc::check("a changed byte", [&] {
    std::string changed = body;
    changed[*rc::gen::inRange<std::size_t>(0, body.size())] = *rc::gen::arbitrary<char>();
    const auto page = decode_contacts(changed, kOptions);
    if (page) RC_ASSERT(page->records.size() + page->bad_rows.size() == page->rows && page->rows <= 2);
  }));
}
