// What the connector reads, and how few calls it takes.
#include "connectors/hubspot/ahead.h"
#include "tests/connectors/hubspot/world.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::hubspot;
using nlohmann::json;

TEST_CASE("a full run has every contact, and the archived ones as deleted") {
  World world;
  world.put_many(250, kNow - domain::kDay);
  world.hubspot.out = {"person7@example.com"};
  world.hubspot.contacts["8"].archived = true;
  world.hubspot.contacts["9"].properties["hs_merged_object_ids"] = "1001;1002";
  const auto read = world.full();
  CHECK(read.records.size() == 250);
  CHECK(read.last.complete);
  CHECK(read.find("7")->opted_out == true);
  CHECK(read.find("7")->evidence == "hs_email_optout = \"true\"");
  CHECK(read.find("6")->opted_out == false);
  CHECK(read.find("6")->name == "Person 6");
  CHECK(read.find("6")->modified_at == kNow - domain::kDay);
  CHECK(read.find("8")->deleted);
  CHECK(read.find("9")->merged_ids == std::vector<std::string>{"1001", "1002"});
  CHECK(world.hubspot.asked.size() == 4);
}

TEST_CASE("when nothing changed a poll is one call") {
  World world;
  world.put_many(250, kNow - domain::kDay);
  auto read = world.full();
  for (int poll = 0; poll < 5; ++poll) {
    world.hubspot.now += 5 * domain::kMinute;
    world.hubspot.asked.clear();
    read = world.poll(read);
    CHECK(read.records.empty());
    CHECK(world.hubspot.asked.size() == 1);
  }
}

TEST_CASE("a thousand changes are at most twelve calls") {
  World world;
  world.put_many(1500, kNow - domain::kDay);
  const auto before = world.full();
  world.hubspot.now += 5 * domain::kMinute;
  world.put_many(1000, world.hubspot.now);
  world.hubspot.asked.clear();
  const auto read = world.poll(before);
  CHECK(read.records.size() == 1000);
  CHECK(world.hubspot.asked.size() <= 12);
}

TEST_CASE("a change that the search does not find yet is found by a later poll") {
  World world;
  world.put_many(10, kNow - domain::kDay);
  auto read = world.full();
  world.hubspot.lag = 2 * domain::kMinute;
  world.hubspot.now += domain::kMinute;
  world.put(3, "moved@example.com", world.hubspot.now);
  read = world.poll(read);
  CHECK(read.find("3") == nullptr);
  world.hubspot.now += 3 * domain::kMinute;
  read = world.poll(read);
  REQUIRE(read.find("3") != nullptr);
  CHECK(read.find("3")->email == "moved@example.com");
}

TEST_CASE("an opt-out that moves no time is found by the sweep") {
  World world("sweep_every", "1h");
  world.put_many(10, kNow - domain::kDay);
  auto read = world.full();
  world.hubspot.out = {"person4@example.com"};
  world.hubspot.now += 30 * domain::kMinute;
  read = world.poll(read);
  CHECK(read.records.empty());
  world.hubspot.now += 31 * domain::kMinute;
  read = world.poll(read);
  REQUIRE(read.records.size() == 1);
  CHECK(read.find("4")->opted_out == true);
}

namespace {

// Whatever the caller does meanwhile, the network thread goes on.
void let_it_fetch(World& world) {
  world.loop.wait([]() -> asio::awaitable<int> {
    for (int i = 0; i < 500; ++i) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return 0;
  }());
}

}  // namespace

TEST_CASE("while the caller is busy with a page the next ones are fetched") {
  World world;
  world.put_many(2450, kNow - domain::kDay);
  FetchRequest request;
  auto page = world.fetch(request);
  REQUIRE(page.has_value());
  let_it_fetch(world);
  REQUIRE(world.hubspot.asked.size() == 1 + Ahead::kPages);
  SUBCASE("each is given once, and another one is fetched for it") {
    for (std::size_t taken = 1; taken <= 3; ++taken) {
      request.cursor = page->next_cursor;
      page = world.fetch(request);
      REQUIRE(page.has_value());
      CHECK(page->records.front().external_id == std::to_string(taken * 100 + 1));
      let_it_fetch(world);
      CHECK(world.hubspot.asked.size() == 1 + Ahead::kPages + taken);
    }
    CHECK(world.hubspot.calls("after=101") == 1);
  }
  SUBCASE("they end with the last one") {
    request.cursor = page->next_cursor;
    const auto rest = world.try_read(request);
    REQUIRE(rest.has_value());
    CHECK(rest->records.size() == 2350);
    let_it_fetch(world);
    CHECK(world.hubspot.asked.size() == 26);  // 25 pages, and one of archived contacts
  }
  SUBCASE("they are of no use to a run that begins anew") {
    CHECK(world.full().records.size() == 2450);
    CHECK(world.hubspot.asked.size() == 1 + Ahead::kPages + 26);
  }
  SUBCASE("an error comes in its turn, and is asked for again by whoever tries again") {
    world.line.cut = true;
    for (std::size_t taken = 1; taken <= Ahead::kPages; ++taken) {
      request.cursor = page->next_cursor;
      page = world.fetch(request);
      REQUIRE(page.has_value());
    }
    request.cursor = page->next_cursor;
    const auto failed = world.fetch(request);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().kind == ErrorKind::transient);
    world.line.cut = false;
    CHECK(world.fetch(request).has_value());
  }
}

TEST_CASE("where HubSpot leaves out what has no value") {
  World world;
  world.put_many(250, kNow - domain::kDay);
  world.hubspot.out = {"person7@example.com"};
  world.hubspot.shows_nulls = false;
  SUBCASE("the definition says that the property is there, and is asked for once") {
    const auto read = world.full();
    CHECK(read.find("7")->opted_out == true);
    CHECK(read.find("6")->opted_out == false);
    CHECK(world.hubspot.calls("/crm/properties/") == 1);
  }
  SUBCASE("a property that the account does not have makes it unknown") {
    world.hubspot.hides_opt_out = true;
    world.hubspot.definitions.clear();
    for (const auto& record : world.full().records) CHECK_FALSE(record.opted_out.has_value());
  }
}

TEST_CASE("a property that is missing from one contact alone makes that one unknown") {
  World world;
  world.put_many(3, kNow - domain::kDay);
  world.hubspot.contacts["2"].properties["hs_email_optout"] = "perhaps";
  const auto read = world.full();
  CHECK_FALSE(read.find("2")->opted_out.has_value());
  CHECK(read.find("1")->opted_out == false);
}

TEST_CASE("a list that ends too early is doubted, until a person settles that very doubt") {
  World world;
  world.put_many(250, kNow - domain::kDay);
  world.hubspot.list_ends_after = 1;
  const auto read = world.full();
  CHECK(read.records.size() == 100);
  CHECK_FALSE(read.last.complete);
  CHECK(read.last.doubt.find("100") != std::string::npos);
  CHECK(read.last.doubt.find("250") != std::string::npos);
  REQUIRE_FALSE(read.last.doubt_token.empty());
  CHECK(world.full(read.last.doubt_token).last.complete);
  world.hubspot.list_ends_after.reset();
  CHECK(world.full().last.complete);
}

TEST_CASE("one subscription type decides where it is configured") {
  World world("subscription_id", "12345");
  world.put_many(5, kNow - domain::kDay);
  world.hubspot.definitions.insert("hs_email_optout_12345");
  world.hubspot.types["person2@example.com"]["12345"] = "UNSUBSCRIBED";
  world.hubspot.types["person3@example.com"]["12345"] = "SUBSCRIBED";
  world.hubspot.types["person4@example.com"]["99"] = "UNSUBSCRIBED";
  world.hubspot.out = {"person5@example.com"};
  SUBCASE("by communication preferences, where the token may read many at once") {
    const auto read = world.full();
    CHECK(read.find("2")->opted_out == true);
    CHECK(read.find("2")->evidence == "subscription 12345 = \"UNSUBSCRIBED\"");
    CHECK(read.find("3")->opted_out == false);
    CHECK(read.find("5")->opted_out == true);
    CHECK(world.hubspot.calls("/statuses/batch/read") == 1);
  }
  SUBCASE("by its property where it may not, which is asked only once") {
    world.hubspot.scopes.erase("communication_preferences.statuses.batch.read");
    world.hubspot.contacts["2"].properties["hs_email_optout_12345"] = "true";
    world.full();
    world.full();
    CHECK(world.hubspot.calls("/statuses/batch/read") == 1);
    CHECK(world.hubspot.calls("hs_email_optout_12345") > 0);
  }
}

TEST_CASE("a token that is refused stops the connection, without showing itself") {
  World world;
  world.put_many(3, kNow);
  world.hubspot.fault = [](const http::Request&) {
    return json_answer(401, {{"status", "error"}, {"category", "INVALID_AUTHENTICATION"}, {"correlationId", "abc-1"}});
  };
  const auto page = world.fetch({});
  REQUIRE_FALSE(page.has_value());
  CHECK(page.error().kind == ErrorKind::unauthorized);
  CHECK(page.error().message.find("abc-1") != std::string::npos);
  CHECK(page.error().message.find(kToken) == std::string::npos);
  CHECK(world.hubspot.asked.size() == 1);
}

TEST_CASE("a wrong place or version is the configuration's fault") {
  World world("api_version", "2020-01");
  const auto page = world.fetch({});
  REQUIRE_FALSE(page.has_value());
  CHECK(page.error().kind == ErrorKind::config);
  CHECK(page.error().message.find("api_version") != std::string::npos);
}

TEST_CASE("nonsense fails the run and keeps the cursor") {
  World world;
  world.put_many(3, kNow);
  for (const char* body : {"", "{}", R"({"results":[)", R"({"results":[{"id":"1"})"}) {
    CAPTURE(body);
    world.hubspot.fault = [&](const http::Request&) {
      auto response = json_answer(200, nullptr);
      response.body = body;
      return std::optional(response);
    };
    const auto page = world.fetch({});
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().kind == ErrorKind::protocol);
  }
  world.hubspot.fault = nullptr;
  CHECK(world.full().records.size() == 3);
}

TEST_CASE("the daily limit is waited for until midnight of the account") {
  World world;
  world.put_many(250, kNow - domain::kDay);
  world.hubspot.headers = {{"X-HubSpot-RateLimit-Daily", "250000"}, {"X-HubSpot-RateLimit-Daily-Remaining", "100"}};
  world.full();
  CHECK(world.hubspot.calls("/account-info/") == 1);  // while there is still something left to ask with
  world.hubspot.fault = [](const http::Request&) {
    return json_answer(429, {{"message", "You have reached your daily limit."}, {"policyName", "DAILY"}});
  };
  const auto page = world.fetch({});
  REQUIRE_FALSE(page.has_value());
  CHECK(page.error().kind == ErrorKind::rate_limited);
  CHECK(page.error().retry_after == std::chrono::hours(19));  // 10:00 UTC is 5:00 there
}
