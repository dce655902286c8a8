#include "daemon/api/explain.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace crmsync::api;

namespace {

Explanation about(domain::Reason reason, bool integrated) {
  Explanation about;
  about.contact.account = "harbour";
  about.contact.address = about.contact.display = "ann@example.com";
  about.contact.status = domain::Status::unsubscribed;
  about.contact.reason = reason;
  const std::string source = reason == domain::Reason::integration ? "crm:7" : "uid 1000";
  about.contact.suppressions.push_back({reason, source, 1000, "{}"});
  about.integrated = integrated;
  if (integrated) about.connections.insert("crm");
  return about;
}

Json only_suppression(const Explanation& about) { return explain(about).at("suppressions").at(0); }

bool says(const Json& json, const char* key, const char* text) {
  return json.at(key).get<std::string>().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("who can lift it") {
  auto manual = about(domain::Reason::manual, true);
  SUBCASE("an operator, where the account allows it") {
    manual.resubscribe_allowed = true;
    CHECK(only_suppression(manual)["operator_may_lift"] == true);
    CHECK(says(only_suppression(manual), "who_can_lift", "An operator may lift it"));
    CHECK(says(explain(manual), "next", "An operator may lift it"));
  }
  SUBCASE("no operator, where the account forbids it, and what to do instead") {
    CHECK(only_suppression(manual)["operator_may_lift"] == false);
    CHECK(says(only_suppression(manual), "who_can_lift", "this account forbids"));
    CHECK(says(explain(manual), "next", "Support can with a ticket"));
  }
  SUBCASE("no operator, whatever the account says, where the CRM or support owns it") {
    for (const auto reason : {domain::Reason::integration, domain::Reason::hard_bounce, domain::Reason::contact}) {
      auto owned = about(reason, true);
      owned.resubscribe_allowed = true;
      CHECK(only_suppression(owned)["operator_may_lift"] == false);
    }
  }
  SUBCASE("an operator for the CRM's opt-out once its connection is gone from the configuration") {
    auto gone = about(domain::Reason::integration, false);
    gone.resubscribe_allowed = true;
    CHECK(only_suppression(gone)["operator_may_lift"] == true);
    gone.resubscribe_allowed = false;
    CHECK(only_suppression(gone)["operator_may_lift"] == false);
  }
}
