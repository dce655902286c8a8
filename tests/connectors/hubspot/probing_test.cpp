// What `connection test` says.
#include "tests/connectors/hubspot/world.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::hubspot;

namespace {

// "+reachable +token -scopes for reading"
std::string summary(const Probe& probe) {
  std::string text;
  for (const auto& verdict : probe.verdicts)
    text.append(text.empty() ? "" : " ").append(verdict.ok ? "+" : "-").append(verdict.check);
  return text;
}

std::string detail(const Probe& probe, std::string_view check) {
  for (const auto& verdict : probe.verdicts)
    if (verdict.check == check) return verdict.detail;
  return {};
}

}  // namespace

TEST_CASE("an account in order") {
  World world;
  world.put_many(10, kNow);
  world.hubspot.out = {"person2@example.com"};
  const auto probe = world.probe();
  CHECK(summary(probe) ==
        "+reachable +token +scopes for reading +account +opt-out property +scopes for pushing "
        "+communication preferences");
  CHECK(detail(probe, "scopes for pushing") == "in batches");
  REQUIRE(probe.samples.size() == 3);
  CHECK(probe.samples[1].opted_out == true);
  for (const auto& request : world.hubspot.asked)
    CHECK((request.method == "GET" || request.target.find("access-token-info") != std::string::npos));
}

TEST_CASE("each trouble has its own verdict") {
  World world;
  world.put_many(10, kNow);
  SUBCASE("nobody there") {
    world.line.cut = true;
    CHECK(summary(world.probe()) == "-reachable");
  }
  SUBCASE("a wrong token") {
    world.hubspot.fault = [](const http::Request&) { return json_answer(401, {{"status", "error"}}); };
    CHECK(summary(world.probe()) == "+reachable -token");
  }
  SUBCASE("no scope for reading") {
    world.hubspot.scopes.erase("crm.objects.contacts.read");
    const auto probe = world.probe();
    CHECK(summary(probe) == "+reachable +token -scopes for reading");
    CHECK(detail(probe, "scopes for reading").find("crm.objects.contacts.read") != std::string::npos);
  }
  SUBCASE("no opt-out property") {
    world.hubspot.definitions.erase("hs_email_optout");
    CHECK(summary(world.probe()).find("-opt-out property") != std::string::npos);
  }
  SUBCASE("no scope for pushing") {
    world.hubspot.scopes = {"crm.objects.contacts.read", "communication_preferences.read"};
    const auto probe = world.probe();
    CHECK(summary(probe).find("-scopes for pushing") != std::string::npos);
    CHECK(detail(probe, "scopes for pushing").find("communication_preferences.read_write") != std::string::npos);
  }
  SUBCASE("only single calls") {
    world.hubspot.scopes = {"crm.objects.contacts.read", "communication_preferences.read_write"};
    CHECK(detail(world.probe(), "scopes for pushing") == "one call an address");
  }
  SUBCASE("a token that may not say what its scopes are") {
    world.hubspot.fault = [](const http::Request& request) -> std::optional<http::Response> {
      if (request.target.find("access-token-info") == std::string::npos) return std::nullopt;
      return json_answer(404, {{"status", "error"}});
    };
    const auto probe = world.probe();
    CHECK(summary(probe).find("scopes for pushing") == std::string::npos);
    CHECK(detail(probe, "communication preferences").find("first opt-out") != std::string::npos);
  }
}

TEST_CASE("a subscription type is looked for") {
  for (const auto& [id, found] : std::vector<std::pair<const char*, bool>>{{"12345", true}, {"777", false}}) {
    World world("subscription_id", id);
    world.put_many(2, kNow);
    const auto text = summary(world.probe());
    CHECK((text.find("+subscription type") != std::string::npos) == found);
    CHECK((text.find("-subscription type") != std::string::npos) == !found);
  }
}
