// What is told to the CRM: rule 3's push, pushes of new suppressions, rule 11; and duplicates within one sync.
#include <doctest/doctest.h>

#include "core/domain/decide.h"
#include "tests/core/domain/decide_fixture.h"

using namespace crmsync::domain;
using namespace crmsync::domain::testing;

TEST_CASE("rule 3: the CRM has just learnt of a person who said no") {
  auto s = never_seen();
  SUBCASE("each pushed reason is pushed to this record") {
    for (const auto reason : kPushed) {
      s.here = {active(reason)};
      CHECK(s.decide().pushes == push_of(reason));
    }
  }
  SUBCASE("no other reason is, each alone and all together") {
    for (const auto reason : kNotPushed) {
      s.here = {active(reason, "crm:2")};
      CHECK(s.decide().pushes.empty());
    }
    s.here.clear();
    for (const auto reason : kNotPushed) s.here.push_back(active(reason, "crm:2"));
    CHECK(s.decide().pushes.empty());
  }
  SUBCASE("one push with the first reason in display order") {
    s.here = {active(Reason::hard_bounce), active(Reason::manual), active(Reason::contact)};
    CHECK(s.decide().pushes == push_of(Reason::contact));
  }
  SUBCASE("not to a record that is opted out already") {
    s.here = {active(Reason::contact)};
    CHECK(s.says(true).decide().pushes.empty());
  }
  SUBCASE("not where the opt-out is unknown") {
    s.here = {active(Reason::contact)};
    CHECK(s.says(std::nullopt).decide().pushes.empty());
  }
  SUBCASE("push: none pushes nothing, push: both pushes it") {
    s.here = {active(Reason::contact)};
    s.rules.push = PushPolicy::none;
    CHECK(s.decide().pushes.empty());
    s.rules.push = PushPolicy::both;
    CHECK(s.decide().pushes == push_of(Reason::contact));
  }
}

TEST_CASE("a suppression that is added here") {
  const CrmRecord record{"crm", "1", kAnn, false, 1000, false, PushMark::none};
  SyncRules rules{"crm", OnDelete::suppress, PushPolicy::opt_out};
  SUBCASE("is pushed if the table says so, and never otherwise") {
    for (const auto reason : kPushed)
      CHECK(push_for_new_suppression(record, reason, rules) == QueuePush{PushKind::opt_out, reason});
    for (const auto reason : kNotPushed) CHECK_FALSE(push_for_new_suppression(record, reason, rules));
  }
  SUBCASE("push: none pushes nothing, push: both pushes it") {
    rules.push = PushPolicy::none;
    CHECK_FALSE(push_for_new_suppression(record, Reason::contact, rules));
    rules.push = PushPolicy::both;
    CHECK(push_for_new_suppression(record, Reason::contact, rules));
  }
  SUBCASE("is not pushed to a record that is opted out or gone") {
    auto other = record;
    other.opted_out = true;
    CHECK_FALSE(push_for_new_suppression(other, Reason::contact, rules));
    other = record;
    other.deleted = true;
    CHECK_FALSE(push_for_new_suppression(other, Reason::contact, rules));
  }
  SUBCASE("is pushed to a record whose opt-out is unknown: telling it twice does no harm") {
    auto other = record;
    other.opted_out = std::nullopt;
    CHECK(push_for_new_suppression(other, Reason::contact, rules));
  }
}

TEST_CASE("rule 11: a pushed reason is lifted here while the record is opted out because of our push") {
  CrmRecord record{"crm", "1", kAnn, true, 1000, false, PushMark::echoed};
  SyncRules rules{"crm", OnDelete::suppress, PushPolicy::opt_out};
  SUBCASE("push: both queues an opt-in push") {
    rules.push = PushPolicy::both;
    for (const auto reason : kPushed) {
      const auto then = after_local_lift(record, reason, rules);
      CHECK(then.push == QueuePush{PushKind::opt_in, reason});
      CHECK_FALSE(then.suppression);
    }
  }
  SUBCASE("otherwise the CRM owns the no from here on") {
    for (const auto policy : {PushPolicy::opt_out, PushPolicy::none}) {
      rules.push = policy;
      const auto then = after_local_lift(record, Reason::contact, rules);
      CHECK_FALSE(then.push);
      REQUIRE(then.suppression);
      CHECK(then.suppression->reason == Reason::integration);
      CHECK(then.suppression->source == "crm:1");
      CHECK(then.suppression->side == Side::linked);
      CHECK(then.suppression->evidence.front() == '{');
    }
  }
  SUBCASE("and re-activating it there ends it") {
    auto s = known_as(true).says(false);
    s.mirror->push_mark = PushMark::echoed;
    CHECK(s.decide().lifts == Lifts{lift_own()});
    CHECK(s.decide().finding == Finding::none);
  }
  SUBCASE("nothing happens for a reason that was not pushed") {
    for (const auto reason : kNotPushed) CHECK(after_local_lift(record, reason, rules) == LiftedPush{});
  }
  SUBCASE("nothing happens where the CRM's opt-out is not ours") {
    record.push_mark = PushMark::none;
    CHECK(after_local_lift(record, Reason::contact, rules) == LiftedPush{});
    record.push_mark = PushMark::sent;
    CHECK(after_local_lift(record, Reason::contact, rules) == LiftedPush{});
  }
  SUBCASE("nothing happens where the CRM is not opted out, or the record is gone") {
    record.opted_out = false;
    CHECK(after_local_lift(record, Reason::contact, rules) == LiftedPush{});
    record.opted_out = true;
    record.deleted = true;
    CHECK(after_local_lift(record, Reason::contact, rules) == LiftedPush{});
  }
}

TEST_CASE("two rows with one id within one sync") {
  RemoteRecord earlier{"1", kAnn, "", false, 1000, false, {}, ""};
  RemoteRecord later = earlier;
  SUBCASE("the newer one wins, whatever it says") {
    for (const bool first : {false, true})
      for (const bool second : {false, true}) {
        earlier.opted_out = first;
        later.opted_out = second;
        later.modified_at = 1001;
        CHECK(replaces_duplicate(earlier, later));
        later.modified_at = 999;
        CHECK_FALSE(replaces_duplicate(earlier, later));
      }
  }
  SUBCASE("equally old or without a time: any no wins, else the first stays") {
    const std::vector<std::pair<std::optional<Millis>, std::optional<Millis>>> times{
        {1000, 1000}, {std::nullopt, 1000}, {1000, std::nullopt}, {std::nullopt, std::nullopt}};
    for (const auto& [a, b] : times) {
      earlier.modified_at = a;
      later.modified_at = b;
      earlier.opted_out = false;
      later.opted_out = true;
      CHECK(replaces_duplicate(earlier, later));
      CHECK_FALSE(replaces_duplicate(later, earlier));
      later.opted_out = false;
      CHECK_FALSE(replaces_duplicate(earlier, later));
      later.opted_out = std::nullopt;
      CHECK_FALSE(replaces_duplicate(earlier, later));
      later.deleted = true;
      CHECK(replaces_duplicate(earlier, later));
      earlier.opted_out = true;
      CHECK_FALSE(replaces_duplicate(earlier, later));
      later.deleted = false;
    }
  }
}
