// The simulated HubSpot does what HubSpot's documentation says (connectors/hubspot/README.md has the sources).
#include "tests/crm_server/hubspot.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/crm_server/control_api.h"

using namespace crmsync::crm_server;
using Json = nlohmann::json;

namespace {

struct World {
  Millis time = 1'000'000;
  Crm crm{[this] { return time; }};
  Faults faults;
  Limits limits;
  Hubspot hubspot{crm, faults, limits};

  Reply call(const std::string& method, const std::string& path, const std::string& query = "",
             const Json& body = nullptr) {
    Request request;
    request.method = method, request.path = path, request.query = query;
    request.authorization = "Bearer demo-token";
    if (!body.is_null()) request.body = body.dump();
    return hubspot.handle(request);
  }
  Json get(const std::string& path, const std::string& query = "") {
    return Json::parse(call("GET", path, query).body);
  }
  Json post(const std::string& path, const Json& body, const std::string& query = "") {
    return Json::parse(call("POST", path, query, body).body);
  }
  Json search(const Json& filters, int limit = 100, const std::string& after = "0") {
    return post(kContacts + "/search", {{"filterGroups", Json::array({{{"filters", filters}}})},
                                        {"sorts", {"lastmodifieddate"}},
                                        {"properties", {"email"}},
                                        {"limit", limit},
                                        {"after", after}});
  }
  static inline const std::string kContacts = "/crm/objects/2026-09/contacts";
  static inline const std::string kStatuses = "/communication-preferences/2026-09/statuses";
};

Json since(Millis time) {
  return Json::array({{{"propertyName", "lastmodifieddate"}, {"operator", "GTE"}, {"value", std::to_string(time)}}});
}

}  // namespace

TEST_CASE("the list gives every live contact once, in pages of at most 100") {
  World world;
  for (int i = 0; i < 250; ++i) world.crm.create("p" + std::to_string(i) + "@example.com", "P", "Q");
  world.crm.archive(100'050);
  std::set<std::string> seen;
  std::string after;
  int pages = 0;
  do {
    const auto page = world.get(World::kContacts, "limit=100" + (after.empty() ? "" : "&after=" + after));
    for (const auto& contact : page["results"]) CHECK(seen.insert(contact["id"]).second);
    after = page.contains("paging") ? page["paging"]["next"]["after"].get<std::string>() : "";
    ++pages;
  } while (!after.empty());
  CHECK(seen.size() == 249);
  CHECK(pages == 3);
  CHECK(world.call("GET", World::kContacts, "limit=101").status == 400);
  const auto archived = world.get(World::kContacts, "archived=true");
  REQUIRE(archived["results"].size() == 1);
  CHECK(archived["results"][0]["archived"] == true);
}

TEST_CASE("properties that were asked for are there, null where there is none") {
  World world;
  world.crm.create("Ann@Example.com", "Ann", "A");
  const auto contact = world.get(World::kContacts, "properties=email,hs_email_optout")["results"][0];
  CHECK(contact["properties"]["email"] == "ann@example.com");
  CHECK(contact["properties"]["hs_email_optout"].is_null());
  world.crm.choose_all("ann@example.com", Choice::unsubscribed);
  CHECK(world.get(World::kContacts, "properties=hs_email_optout")["results"][0]["properties"]["hs_email_optout"] ==
        "true");
  CHECK_FALSE(world.get(World::kContacts)["results"][0]["properties"].contains("hs_email_optout"));
}

TEST_CASE("search sees a change after its lag, and only the first 10,000 results") {
  World world;
  world.crm.index_lag = 500;
  for (int i = 0; i < 5; ++i) world.crm.create("p" + std::to_string(i) + "@example.com", "P", "Q");
  CHECK(world.search(since(0))["total"] == 0);
  world.time += 500;
  const auto page = world.search(since(0), 2);
  CHECK(page["total"] == 5);
  CHECK(page["results"].size() == 2);
  CHECK(page["paging"]["next"]["after"] == "2");
  CHECK_FALSE(world.search(since(0), 2, "4").contains("paging"));
  world.time += 1000;
  world.crm.rename(100'001, std::nullopt, "Ada", std::nullopt);
  world.time += 500;
  CHECK(world.search(since(world.time - 600))["total"] == 1);
  CHECK(world.search(since(0), 200, "9900").contains("category"));
  CHECK(world.search(since(0), 100, "9900").contains("total"));
}

TEST_CASE("a merge makes a new record that answers for both") {
  World world;
  const auto a = world.crm.create("a@example.com", "A", "");
  const auto b = world.crm.create("b@example.com", "B", "");
  const auto made = world.post(World::kContacts + "/merge",
                               {{"primaryObjectId", std::to_string(a)}, {"objectIdToMerge", std::to_string(b)}});
  CHECK(made["id"] != std::to_string(a));
  for (const auto id : {a, b}) CHECK(world.get(World::kContacts + "/" + std::to_string(id))["id"] == made["id"]);
  const auto all = world.get(World::kContacts, "properties=hs_merged_object_ids")["results"];
  REQUIRE(all.size() == 1);
  CHECK(all[0]["properties"]["hs_merged_object_ids"] == std::to_string(a) + ";" + std::to_string(b));
}

TEST_CASE("an opt-out belongs to the address, in every way of saying and reading it") {
  World world;
  world.crm.create("ann@example.com", "Ann", "");
  const Json inputs{{"inputs", {"Ann@example.com", "nobody@example.com"}}};
  const auto read = [&] {
    return world.post(World::kStatuses + "/batch/unsubscribe-all/read", inputs, "channel=EMAIL")["results"];
  };
  CHECK(read()[0]["wideStatuses"][0]["status"] == "NOT_SPECIFIED");
  CHECK(world.post(World::kStatuses + "/batch/unsubscribe-all", inputs, "channel=EMAIL")["results"].empty());
  CHECK(read()[0]["wideStatuses"][0]["status"] == "UNSUBSCRIBED");
  CHECK(read()[1]["wideStatuses"][0]["status"] == "UNSUBSCRIBED");
  CHECK(world.get(World::kStatuses + "/ann%40example.com/unsubscribe-all", "channel=EMAIL")["results"].size() == 1);
  CHECK(world.get(World::kStatuses + "/bea%40example.com/unsubscribe-all", "channel=EMAIL")["results"].empty());
  CHECK(world.get(World::kContacts, "properties=hs_email_optout")["results"][0]["properties"]["hs_email_optout"] ==
        "true");
}

TEST_CASE("what the token may not do is refused with the scopes it lacks") {
  World world;
  world.hubspot.scopes = {"crm.objects.contacts.read"};
  const auto reply = world.call("POST", World::kStatuses + "/batch/unsubscribe-all", "channel=EMAIL",
                                {{"inputs", {"ann@example.com"}}});
  CHECK(reply.status == 403);
  CHECK(reply.body.find("communication_preferences.statuses.batch.write") != std::string::npos);
  world.hubspot.token = "another";
  CHECK(world.call("GET", World::kContacts).status == 401);
}

TEST_CASE("limits are told, enforced, and gone when their time is over") {
  World world;
  world.limits.enforced = true;
  world.limits.ten_secondly = 3;
  for (int i = 0; i < 3; ++i) CHECK(world.call("GET", World::kContacts).status == 200);
  const auto refused = world.call("GET", World::kContacts);
  CHECK(refused.status == 429);
  CHECK(refused.body.find("TEN_SECONDLY_ROLLING") != std::string::npos);
  for (int i = 0; i < 5; ++i) CHECK(world.search(since(0)).contains("total"));
  CHECK(world.search(since(0))["policyName"] == "SECONDLY");
  world.time += 10'000;
  CHECK(world.call("GET", World::kContacts).status == 200);
}

TEST_CASE("a fault meets the requests it is for, as often as was asked") {
  World world;
  world.crm.create("ann@example.com", "Ann", "");
  CHECK(world.faults.add({{"kind", "a bad mood"}}).find("unknown kind") == 0);
  CHECK(world.faults.add({{"kind", "status"}, {"number", 503}, {"count", 2}, {"after", 1}, {"path", "/contacts"}})
            .empty());
  CHECK(world.call("GET", "/account-info/2026-09/details").status == 200);
  CHECK(world.call("GET", World::kContacts).status == 200);
  CHECK(world.call("GET", World::kContacts).status == 503);
  CHECK(world.call("GET", World::kContacts).status == 503);
  CHECK(world.call("GET", World::kContacts).status == 200);
}
