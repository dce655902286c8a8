// The table of reasons, a row per reason, written out once more: a change of either side has to be deliberate.
#include "core/domain/reason.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace crmsync::domain;

namespace {

struct Row {
  const char* name;
  int strikes;
  Scope scope;
  const char* pushed;
  const char* lifted_by_crm;
  OperatorLift operator_lift;
  Confirmation confirmation;
};

// The rows of the domain rules, in their order there.
const std::vector<Row> kRows{
    {"integration", 1, Scope::crm_record, "no", "yes", OperatorLift::connection_gone, Confirmation::always},
    {"contact", 1, Scope::contact, "yes", "no", OperatorLift::non_integrated, Confirmation::always},
    {"manual", 1, Scope::contact, "yes", "no", OperatorLift::always, Confirmation::in_bulk},
    {"spam_complaint", 1, Scope::brand, "yes", "no", OperatorLift::never, Confirmation::always},
    {"archived", 1, Scope::contact, "no", "no", OperatorLift::always, Confirmation::in_bulk},
    {"hard_bounce", 1, Scope::address, "never", "no", OperatorLift::never, Confirmation::always},
    {"soft_bounce", 3, Scope::address, "never", "no", OperatorLift::never, Confirmation::always},
    {"blocked", 3, Scope::address, "never", "no", OperatorLift::never, Confirmation::always},
    {"deferral", 3, Scope::address, "never", "no", OperatorLift::never, Confirmation::always},
    {"failed_validation", 1, Scope::address, "never", "no", OperatorLift::never, Confirmation::always},
};

}  // namespace

TEST_CASE("the table of reasons") {
  REQUIRE(kRows.size() == kReasonCount);
  for (const auto& row : kRows) {
    SUBCASE(row.name) {
      const auto reason = parse_reason(row.name);
      REQUIRE(reason);
      const auto& got = traits(*reason);
      CHECK(got.reason == *reason);
      CHECK(got.name == row.name);
      CHECK(got.default_strikes == row.strikes);
      CHECK(got.scope == row.scope);
      CHECK(got.pushed == (std::string(row.pushed) == "yes"));
      CHECK(got.local_only == (std::string(row.pushed) == "never"));
      CHECK(got.lifted_by_crm == (std::string(row.lifted_by_crm) == "yes"));
      CHECK(got.operator_lift == row.operator_lift);
      CHECK(got.confirmation == row.confirmation);
    }
  }
}

TEST_CASE("what the table implies") {
  SUBCASE("a local-only reason is never pushed") {
    for (const auto& row : all_reasons()) CHECK_FALSE((row.local_only && row.pushed));
  }
  SUBCASE("the CRM lifts one reason only") {
    for (const auto& row : all_reasons()) CHECK(row.lifted_by_crm == (row.reason == Reason::integration));
  }
  SUBCASE("where one has to be shown: the order of the domain rules") {
    const std::vector<std::string_view> order{"spam_complaint",    "contact",     "manual",   "hard_bounce",
                                              "failed_validation", "integration", "archived", "blocked",
                                              "soft_bounce",       "deferral"};
    for (std::size_t i = 0; i < order.size(); ++i) CHECK(to_string(static_cast<Reason>(i)) == order[i]);
  }
  SUBCASE("a row stands at the place of its reason") {
    for (std::size_t i = 0; i < kReasonCount; ++i) CHECK(all_reasons()[i].reason == static_cast<Reason>(i));
  }
}

TEST_CASE("names of reasons") {
  for (const auto& row : all_reasons()) CHECK(parse_reason(to_string(row.reason)) == row.reason);
  for (const auto* wrong : {"", "Contact", "spam", "integration ", "hard bounce"}) CHECK_FALSE(parse_reason(wrong));
}
