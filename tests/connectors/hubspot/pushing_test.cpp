// What the connector tells HubSpot, and what it believes of the answer.
#include "tests/connectors/hubspot/world.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::hubspot;
using State = PushResult::State;

namespace {

std::vector<std::string> emails(int count) {
  std::vector<std::string> all;
  for (int id = 1; id <= count; ++id) all.push_back(World::email(id));
  return all;
}

void check_all(const std::vector<PushResult>& results, State state) {
  for (const auto& result : results) CHECK(result.state == state);
}

void only_singles(World& world) {
  world.hubspot.scopes.erase("communication_preferences.statuses.batch.write");
  world.hubspot.scopes.erase("communication_preferences.statuses.batch.read");
}

}  // namespace

TEST_CASE("a hundred opt-outs are told in one call and read back in another") {
  World world;
  const auto results = world.push(emails(100));
  CHECK(results.size() == 100);
  check_all(results, State::acknowledged);
  CHECK(world.hubspot.out.size() == 100);
  CHECK(world.hubspot.asked.size() == 2);
}

TEST_CASE(
    "without the scopes of batches each address is told and read back by itself, and batches are not tried again") {
  World world;
  only_singles(world);
  check_all(world.push(emails(3)), State::acknowledged);
  CHECK(world.hubspot.out.size() == 3);
  CHECK(world.hubspot.calls("/statuses/batch/") == 2);
  check_all(world.push(emails(4)), State::acknowledged);
  CHECK(world.hubspot.calls("/statuses/batch/") == 2);
  CHECK(world.hubspot.asked.size() == 2 + 6 + 8);
}

TEST_CASE("an address is told once, however often it is pushed and in which case") {
  World world;
  check_all(world.push({"Ann@example.com", "ann@example.com", "ANN@EXAMPLE.COM"}), State::acknowledged);
  const auto body = nlohmann::json::parse(world.hubspot.asked.front().body);
  CHECK(body["inputs"].size() == 1);
}

TEST_CASE("what HubSpot says that it took and does not show is told again later") {
  World world;
  world.hubspot.stores_opt_outs = false;
  for (const bool batches : {true, false}) {
    if (!batches) only_singles(world);
    for (const auto& result : world.push(emails(2))) {
      CHECK(result.state == State::failed);
      CHECK(result.error->kind == ErrorKind::transient);
    }
  }
  world.hubspot.stores_opt_outs = true;
  check_all(world.push(emails(2)), State::acknowledged);
}

TEST_CASE("an address that HubSpot refuses costs no other one") {
  World world;
  world.hubspot.refused = {"person2@example.com"};
  SUBCASE("in a batch, whose answer names it") {}
  SUBCASE("by itself") { only_singles(world); }
  SUBCASE("in a batch that is refused whole") {
    world.hubspot.fault = [](const http::Request& request) -> std::optional<http::Response> {
      if (request.target.find("batch/unsubscribe-all?") == std::string::npos) return std::nullopt;
      return json_answer(400, {{"category", "VALIDATION_ERROR"}, {"message", "person2@example.com is invalid"}});
    };
  }
  const auto results = world.push(emails(3));
  CHECK(results[0].state == State::acknowledged);
  CHECK(results[2].state == State::acknowledged);
  REQUIRE(results[1].state == State::failed);
  CHECK(results[1].error->kind == ErrorKind::rejected);
  CHECK(results[1].error->message.find("person2") == std::string::npos);
}

TEST_CASE("a token without any scope for it stops pushing and is told which scope is missing") {
  World world;
  world.hubspot.scopes = {"crm.objects.contacts.read"};
  for (const auto& result : world.push(emails(3))) {
    REQUIRE(result.state == State::failed);
    CHECK(result.error->kind == ErrorKind::unauthorized);
    CHECK(result.error->message.find("communication_preferences.") != std::string::npos);
  }
  CHECK(world.hubspot.asked.size() == 2);  // not one for each address
}

TEST_CASE("a token that may tell and not read leaves the confirmation to the next run") {
  World world;
  world.hubspot.scopes = {"communication_preferences.write"};
  check_all(world.push(emails(2)), State::accepted);
  CHECK(world.hubspot.out.size() == 2);
}

TEST_CASE("an answer that is lost after HubSpot acted on it doubles nothing") {
  World world;
  world.line.lost = 1;
  const auto results = world.push(emails(2));
  for (const auto& result : results) CHECK(result.error->kind == ErrorKind::transient);
  CHECK(world.hubspot.out.size() == 2);
  check_all(world.push(emails(2)), State::acknowledged);
  CHECK(world.hubspot.out.size() == 2);
}

TEST_CASE("what hinders everybody is not tried for everybody") {
  World world;
  only_singles(world);
  check_all(world.push(emails(1)), State::acknowledged);
  world.hubspot.asked.clear();
  world.hubspot.fault = [](const http::Request&) {
    return json_answer(429, {{"message", "You have reached your daily limit."}, {"policyName", "DAILY"}});
  };
  for (const auto& result : world.push(emails(50))) CHECK(result.error->kind == ErrorKind::rate_limited);
  CHECK(world.hubspot.asked.size() == 1);
}

TEST_CASE("an opt-in") {
  SUBCASE("of everything is nothing that HubSpot has a call for") {
    World world;
    CHECK_FALSE(world.connector->capabilities().push_opt_in);
    const auto results = world.push(emails(1), domain::PushKind::opt_in);
    REQUIRE(results.front().state == State::failed);
    CHECK(results.front().error->kind == ErrorKind::rejected);
    CHECK(world.hubspot.asked.empty());
  }
  SUBCASE("of one subscription type is told and read back") {
    World world("subscription_id", "12345");
    CHECK(world.connector->capabilities().push_opt_in);
    world.hubspot.types["person1@example.com"]["12345"] = "UNSUBSCRIBED";
    check_all(world.push(emails(1), domain::PushKind::opt_in), State::acknowledged);
    CHECK(world.hubspot.types["person1@example.com"]["12345"] == "SUBSCRIBED");
  }
}

TEST_CASE("an opt-out of one subscription type touches no other") {
  World world("subscription_id", "12345");
  for (const bool batches : {true, false}) {
    CAPTURE(batches);
    if (!batches) only_singles(world);
    const std::string email = batches ? "ann@example.com" : "bob@example.com";
    check_all(world.push({email}), State::acknowledged);
    CHECK(world.hubspot.types[email]["12345"] == "UNSUBSCRIBED");
    CHECK(world.hubspot.out.empty());
  }
}

TEST_CASE("a push of nothing asks nothing, one without an address is refused") {
  World world;
  CHECK(world.push({}).empty());
  CHECK(world.push({""}).front().error->kind == ErrorKind::rejected);
  CHECK(world.hubspot.asked.empty());
}
