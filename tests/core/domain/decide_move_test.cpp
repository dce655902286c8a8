// Rule 6: the record's address changes from ann@ to bea@. `here` is Ann's contact, `there` is Bea's.
#include <doctest/doctest.h>

#include "core/domain/decide.h"
#include "tests/core/domain/decide_fixture.h"

using namespace crmsync::domain;
using namespace crmsync::domain::testing;

namespace {
const std::string kFollowed = R"({"followed_from":"ann@example.com"})";

AddSuppression followed(Reason reason) { return {Side::target, reason, "somewhere", kFollowed}; }
}  // namespace

TEST_CASE("rule 6: the record is linked to the contact of the new address") {
  const auto d = known_as(false).moves_to(kBea).decide();
  CHECK(d.relinked);
  CHECK(d.action == MirrorAction::write);
  CHECK(d.mirror.address == kBea);
  CHECK(d.adds.empty());
  CHECK(d.lifts.empty());
  CHECK(d.pushes.empty());
  SUBCASE("another spelling of the same address is no change") {
    auto s = known_as(false).moves_to("ANN@Example.COM");
    s.here = {active(Reason::contact)};
    CHECK(s.decide().empty());
    CHECK_FALSE(s.decide().relinked);
  }
}

TEST_CASE("rule 6: what follows the person and what stays") {
  auto s = known_as(false).moves_to(kBea);
  SUBCASE("contact and manual follow, with evidence naming the old address, and stay with the old one too") {
    for (const auto reason : {Reason::contact, Reason::manual}) {
      s.here = {active(reason)};
      CHECK(s.decide().adds == Adds{followed(reason)});
      CHECK(s.decide().lifts.empty());
    }
  }
  SUBCASE("both at once") {
    s.here = {active(Reason::contact), active(Reason::manual)};
    CHECK(s.decide().adds == Adds{followed(Reason::contact), followed(Reason::manual)});
  }
  SUBCASE("everything else stays with the old address: a new address starts clean") {
    for (const auto reason : kNotOfTheCrm) {
      if (reason == Reason::contact || reason == Reason::manual) continue;
      s.here = {active(reason)};
      const auto d = s.decide();
      CHECK(d.adds.empty());
      CHECK(d.lifts.empty());
      CHECK(d.pushes.empty());
    }
  }
  SUBCASE("what the new contact has already is not added again") {
    s.here = {active(Reason::contact)};
    s.there = {active(Reason::contact, "elsewhere")};
    CHECK(s.decide().adds.empty());
  }
  SUBCASE("an old address that returns is as dirty as it was") {
    s.there = {active(Reason::hard_bounce)};
    CHECK(s.decide().lifts.empty());
  }
  SUBCASE("the integration of another record stays") {
    s.here = {active(Reason::integration, "crm:2")};
    CHECK(s.decide().adds.empty());
    CHECK(s.decide().lifts.empty());
  }
}

TEST_CASE("rule 6: integration follows the record") {
  auto s = known_as(true).says(true).moves_to(kBea);
  SUBCASE("it is added at the new contact and lifted at the old one") {
    const auto d = s.decide();
    CHECK(d.adds == Adds{add_own(kFollowed)});
    CHECK(d.lifts == Lifts{lift_own(Side::linked)});
    CHECK(d.mirror.opted_out == true);
  }
  SUBCASE("one that was lifted by a person does not come back by moving") {
    s.here.clear();
    CHECK(s.decide().adds.empty());
    CHECK(s.decide().lifts.empty());
  }
  SUBCASE("one that came from a merge moves too, though the CRM says subscribed") {
    s = known_as(false).moves_to(kBea);
    s.here = {own(R"({"merged_from":"2"})")};
    CHECK(s.decide().adds == Adds{add_own(kFollowed)});
    CHECK(s.decide().lifts == Lifts{lift_own(Side::linked)});
  }
  SUBCASE("it moves while the opt-out is unknown") {
    CHECK(s.says(std::nullopt).decide().adds == Adds{add_own(kFollowed)});
    CHECK(s.decide().lifts == Lifts{lift_own(Side::linked)});
    CHECK(s.decide().finding == Finding::unknown_opt_out);
    CHECK(s.decide().mirror.opted_out == true);
  }
}

TEST_CASE("rule 6: address and opt-out change at once") {
  SUBCASE("opted out: integration at the new contact only") {
    const auto d = known_as(false).says(true).moves_to(kBea).decide();
    CHECK(d.adds == Adds{add_own(R"({"crm":"opted out"})")});
    CHECK(d.lifts.empty());
  }
  SUBCASE("re-activated: integration is lifted at the old contact, what follows is named") {
    auto s = known_as(true).says(false).moves_to(kBea);
    s.here.push_back(active(Reason::manual));
    s.there = {active(Reason::soft_bounce)};
    const auto d = s.decide();
    CHECK(d.lifts == Lifts{lift_own(Side::linked)});
    CHECK(d.adds == Adds{followed(Reason::manual)});
    CHECK(d.finding == Finding::conflict);
    CHECK(d.remaining == Reasons{Reason::manual, Reason::soft_bounce});
    CHECK(d.pushes == push_of(Reason::manual));
  }
  SUBCASE("re-activated and nothing follows: the new contact is subscribed") {
    const auto d = known_as(true).says(false).moves_to(kBea).decide();
    CHECK(d.lifts == Lifts{lift_own(Side::linked)});
    CHECK(d.adds.empty());
    CHECK(d.finding == Finding::none);
  }
  SUBCASE("a tombstone that returns with another address") {
    auto s = tombstone_of(false).says(false).moves_to(kBea);
    s.here.push_back(active(Reason::contact));
    const auto d = s.decide();
    CHECK(d.lifts == Lifts{lift_own(Side::linked)});
    CHECK(d.adds == Adds{followed(Reason::contact)});
    CHECK(d.pushes == push_of(Reason::contact));
    CHECK(d.relinked);
    CHECK(tombstone_of(false).says(true).moves_to(kBea).decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
  }
  SUBCASE("a tombstone whose opt-out is unknown does not move") {
    CHECK(tombstone_of(false).says(std::nullopt).moves_to(kBea).decide().empty());
  }
}

TEST_CASE("rule 6: pushes") {
  auto s = known_as(false).moves_to(kBea);
  SUBCASE("a pushed reason at the new contact is pushed to this record") {
    for (const auto reason : kPushed) {
      s.there = {active(reason)};
      CHECK(s.decide().pushes == push_of(reason));
    }
  }
  SUBCASE("one that followed the person too") {
    s.here = {active(Reason::manual)};
    CHECK(s.decide().pushes == push_of(Reason::manual));
  }
  SUBCASE("no other reason is pushed") {
    for (const auto reason : kNotPushed) {
      s.there = {active(reason, "crm:2")};
      CHECK(s.decide().pushes.empty());
    }
  }
  SUBCASE("nothing is pushed to a record that is opted out") {
    s.there = {active(Reason::contact)};
    CHECK(s.says(true).decide().pushes.empty());
  }
  SUBCASE("while the opt-out is unknown, what was known last decides") {
    s.there = {active(Reason::contact)};
    CHECK(s.says(std::nullopt).decide().pushes == push_of(Reason::contact));
    s = known_as(true).says(std::nullopt).moves_to(kBea);
    s.there = {active(Reason::contact)};
    CHECK(s.decide().pushes.empty());
  }
}

TEST_CASE("rule 6: a record that is opted out because of our push") {
  auto s = known_as(true).says(true).moves_to(kBea);
  s.mirror->push_mark = PushMark::echoed;
  SUBCASE("what was pushed follows the person: that is enough") {
    s.here = {active(Reason::contact)};
    CHECK(s.decide().adds == Adds{followed(Reason::contact)});
  }
  SUBCASE("what was pushed stays with the old address: the CRM's opt-out becomes an integration") {
    s.here = {active(Reason::spam_complaint)};
    CHECK(s.decide().adds == Adds{add_own(kFollowed)});
    CHECK(s.says(std::nullopt).decide().adds == Adds{add_own(kFollowed)});
  }
  SUBCASE("the echo arrives together with the new address") {
    s.mirror->opted_out = false;
    s.mirror->push_mark = PushMark::sent;
    s.here = {active(Reason::contact)};
    CHECK(s.decide().finding == Finding::echo);
    CHECK(s.decide().adds == Adds{followed(Reason::contact)});
    s.here = {active(Reason::spam_complaint)};
    CHECK(s.decide().finding == Finding::none);
    CHECK(s.decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
  }
}
