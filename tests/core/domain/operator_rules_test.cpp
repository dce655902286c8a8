// "Operators": who may lift what, and what every refusal says.
#include "core/domain/operator_rules.h"

#include <doctest/doctest.h>

#include <vector>

using namespace crmsync::domain;

namespace {

Suppression of(Reason reason) {
  return {reason, reason == Reason::integration ? "harbour-hubspot:5101" : "somewhere", 7, "{}"};
}

// Everything that an operator could bring, so that a test takes one thing away.
LiftRequest best_case() {
  LiftRequest request;
  request.resubscribe_allowed = true;
  request.integrated = true;
  request.connection_configured = true;
  request.permission_confirmed = true;
  return request;
}

std::string code(Reason reason, const LiftRequest& request) {
  const auto refusal = refuse_lift(of(reason), request);
  if (!refusal) return "may";
  CHECK_FALSE(refusal->detail.empty());
  CHECK_FALSE(refusal->remedy.empty());
  return refusal->code;
}

const std::vector<Reason> kAll{Reason::spam_complaint,    Reason::contact,     Reason::manual,   Reason::hard_bounce,
                               Reason::failed_validation, Reason::integration, Reason::archived, Reason::blocked,
                               Reason::soft_bounce,       Reason::deferral};
const std::vector<Reason> kSupportOnly{Reason::spam_complaint, Reason::hard_bounce, Reason::failed_validation,
                                       Reason::blocked,        Reason::soft_bounce, Reason::deferral};

}  // namespace

TEST_CASE("lifted by an operator") {
  auto request = best_case();
  SUBCASE("complaints and everything about delivery: support only") {
    for (const bool integrated : {true, false}) {
      request.integrated = integrated;
      for (const auto reason : kSupportOnly) CHECK(code(reason, request) == "support_only");
    }
  }
  SUBCASE("manual and archived: yes") {
    CHECK(code(Reason::manual, request) == "may");
    CHECK(code(Reason::archived, request) == "may");
  }
  SUBCASE("contact: in a non-integrated account yes, in an integrated one no") {
    CHECK(code(Reason::contact, request) == "contact_owns_it");
    request.integrated = false;
    CHECK(code(Reason::contact, request) == "may");
  }
  SUBCASE("integration: re-activate the contact in the CRM") {
    const auto refusal = refuse_lift(of(Reason::integration), request);
    REQUIRE(refusal);
    CHECK(refusal->code == "crm_owns_it");
    CHECK(refusal->remedy == "Re-activate the contact in harbour-hubspot (record 5101); the next sync lifts it.");
  }
  SUBCASE("integration: yes, once its connection is gone from the configuration") {
    request.connection_configured = false;
    CHECK(code(Reason::integration, request) == "may");
  }
}

TEST_CASE("the account has to allow it") {
  auto request = best_case();
  request.integrated = false;
  request.connection_configured = false;
  request.resubscribe_allowed = false;
  for (const auto reason : {Reason::manual, Reason::archived, Reason::contact, Reason::integration})
    CHECK(code(reason, request) == "resubscribe_forbidden");
  SUBCASE("what only support may lift is said first: the setting would not help") {
    for (const auto reason : kSupportOnly) CHECK(code(reason, request) == "support_only");
  }
  SUBCASE("forbidden is the default") { CHECK_FALSE(LiftRequest().resubscribe_allowed); }
}

TEST_CASE("confirmation of permission") {
  auto request = best_case();
  request.integrated = false;
  request.connection_configured = false;
  request.permission_confirmed = false;
  SUBCASE("contact and integration always need it") {
    CHECK(code(Reason::contact, request) == "confirmation_missing");
    CHECK(code(Reason::integration, request) == "confirmation_missing");
  }
  SUBCASE("manual and archived need it in bulk") {
    for (const auto reason : {Reason::manual, Reason::archived}) {
      request.bulk = false;
      CHECK(code(reason, request) == "may");
      request.bulk = true;
      CHECK(code(reason, request) == "confirmation_missing");
    }
  }
  SUBCASE("every bulk resubscription needs it, support's too") {
    request.bulk = true;
    for (const auto actor : {Actor::operator_, Actor::support}) {
      request.actor = actor;
      request.has_ticket = true;
      for (const auto reason : kAll) CHECK(code(reason, request) != "may");
    }
  }
  SUBCASE("the refusal says how") {
    CHECK(refuse_lift(of(Reason::contact), request)->remedy.find("\"permission\": true") != std::string::npos);
  }
}

TEST_CASE("complaints and local-only reasons are never lifted in bulk by operators") {
  auto request = best_case();
  request.bulk = true;
  for (const auto reason : kSupportOnly) CHECK(code(reason, request) == "support_only");
}

TEST_CASE("support") {
  auto request = best_case();
  request.actor = Actor::support;
  request.has_ticket = true;
  SUBCASE("may lift everything but what the CRM owns") {
    for (const auto reason : kAll)
      CHECK(code(reason, request) == (reason == Reason::integration ? "crm_owns_it" : "may"));
  }
  SUBCASE("integration too, once its connection is gone") {
    request.connection_configured = false;
    CHECK(code(Reason::integration, request) == "may");
  }
  SUBCASE("whatever the account allows its operators") {
    request.resubscribe_allowed = false;
    for (const auto reason : kSupportOnly) CHECK(code(reason, request) == "may");
  }
  SUBCASE("with a ticket reference") {
    request.has_ticket = false;
    for (const auto reason : kSupportOnly) CHECK(code(reason, request) == "ticket_missing");
  }
  SUBCASE("with the confirmation where the table asks for it") {
    request.permission_confirmed = false;
    for (const auto reason : kSupportOnly) CHECK(code(reason, request) == "confirmation_missing");
    CHECK(code(Reason::contact, request) == "confirmation_missing");
    CHECK(code(Reason::manual, request) == "may");
  }
}

TEST_CASE("the person") {
  LiftRequest request;
  request.actor = Actor::contact;
  request.integrated = true;
  SUBCASE("may lift their own unsubscribe, whatever the account's setting") {
    CHECK(code(Reason::contact, request) == "may");
    request.integrated = false;
    CHECK(code(Reason::contact, request) == "may");
  }
  SUBCASE("nothing else is lifted by it") {
    for (const auto reason : kAll)
      if (reason != Reason::contact) CHECK(code(reason, request) == "not_yours");
  }
}

TEST_CASE("how to lift it") {
  const auto how = [](Reason reason, bool integrated = true, bool configured = true) {
    return how_to_lift(of(reason), integrated, configured);
  };
  SUBCASE("is one sentence or two for every reason") {
    for (const auto reason : kAll)
      for (const bool integrated : {true, false}) {
        CHECK_FALSE(how(reason, integrated).empty());
        CHECK(how(reason, integrated).back() == '.');
        CHECK(how(reason, integrated).find("somewhere") == std::string::npos);
      }
  }
  SUBCASE("integration names the record") {
    CHECK(how(Reason::integration) ==
          "Re-activate the contact in harbour-hubspot (record 5101); the next sync lifts it.");
    CHECK(how(Reason::integration, false, false).find("operator") != std::string::npos);
  }
  SUBCASE("contact: the person; an operator only without a CRM") {
    CHECK(how(Reason::contact, true).find("preference page") != std::string::npos);
    CHECK(how(Reason::contact, true).find("operator") == std::string::npos);
    CHECK(how(Reason::contact, false).find("operator") != std::string::npos);
  }
  SUBCASE("support only says support") {
    for (const auto reason : kSupportOnly) CHECK(how(reason).find("support") != how(reason).find("Support"));
  }
  SUBCASE("deferral says that it ends") { CHECK(how(Reason::deferral).find("by itself") != std::string::npos); }
  SUBCASE("archived names the import") { CHECK(how(Reason::archived).find("import") != std::string::npos); }
}

TEST_CASE("who can lift it in an account that forbids its operators to resubscribe") {
  const auto how = [](Reason reason, bool integrated, bool configured) {
    return how_to_lift(of(reason), integrated, configured, false);
  };
  SUBCASE("says so wherever an operator of another account could") {
    for (const auto& text : {how(Reason::manual, true, true), how(Reason::archived, false, true),
                             how(Reason::contact, false, true), how(Reason::integration, true, false)}) {
      CHECK(text.find("Operators may not") != std::string::npos);
      CHECK(text.find("perator may lift") == std::string::npos);
      CHECK(text.find("resubscribe: allowed") != std::string::npos);
    }
  }
  SUBCASE("names whoever else can") {
    CHECK(how(Reason::contact, false, true).find("preference page") != std::string::npos);
    CHECK(how(Reason::archived, false, true).find("import") != std::string::npos);
    CHECK(how(Reason::manual, true, true).find("Support can with a ticket") != std::string::npos);
  }
  SUBCASE("changes nothing where no operator could anyway") {
    for (const auto reason : kSupportOnly) CHECK(how(reason, false, true) == how_to_lift(of(reason), false, true));
    CHECK(how(Reason::integration, true, true) == how_to_lift(of(Reason::integration), true, true));
    CHECK(how(Reason::contact, true, true) == how_to_lift(of(Reason::contact), true, true));
  }
  SUBCASE("names an operator exactly when refuse_lift would let one") {
    for (const auto reason : kAll)
      for (const bool integrated : {true, false})
        for (const bool configured : {true, false})
          for (const bool allowed : {true, false}) {
            LiftRequest request;
            request.resubscribe_allowed = allowed, request.integrated = integrated;
            request.connection_configured = configured, request.permission_confirmed = true;
            const auto text = how_to_lift(of(reason), integrated, configured, allowed);
            const bool named = text.find("n operator may") != std::string::npos ||
                               text.find("or an operator with") != std::string::npos;
            CAPTURE(text);
            CHECK(named == !refuse_lift(of(reason), request).has_value());
          }
  }
}

TEST_CASE("names of roles") {
  CHECK(to_string(Role::viewer) == "viewer");
  CHECK(to_string(Role::operator_) == "operator");
  CHECK(to_string(Role::support) == "support");
  CHECK(to_string(Role::admin) == "admin");
  for (const auto role : {Role::viewer, Role::operator_, Role::support, Role::admin})
    CHECK(parse_role(to_string(role)) == role);
  CHECK_FALSE(parse_role("root"));
}
