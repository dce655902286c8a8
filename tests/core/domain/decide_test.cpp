// "What a sync decides", rules 1-5. Rule 6 is in decide_move_test.cpp, rules 7-10 in decide_record_test.cpp, merges in
// decide_merge_test.cpp, pushes and rule 11 in decide_push_test.cpp.
#include "core/domain/decide.h"

#include <doctest/doctest.h>

#include "tests/core/domain/decide_fixture.h"

using namespace crmsync::domain;
using namespace crmsync::domain::testing;

TEST_CASE("rule 1: the CRM record is opted out") {
  SUBCASE("never seen: integration is added for this record") {
    const auto d = never_seen().says(true).decide();
    CHECK(d.action == MirrorAction::write);
    CHECK(d.mirror == CrmRecord{"crm", "1", kAnn, true, 1000, false, PushMark::none});
    CHECK(d.adds == Adds{add_own(R"({"crm":"opted out"})")});
    CHECK(d.lifts.empty());
    CHECK(d.pushes.empty());
    CHECK(d.finding == Finding::none);
  }
  SUBCASE("known as subscribed: integration is added for this record") {
    const auto d = known_as(false).says(true).decide();
    CHECK(d.mirror.opted_out == true);
    CHECK(d.adds == Adds{add_own(R"({"crm":"opted out"})")});
  }
  SUBCASE("whatever else is active: each reason alone") {
    for (const auto& row : all_reasons()) {
      auto s = known_as(false);
      s.here = {active(row.reason, "crm:2")};
      const auto d = s.says(true).decide();
      CHECK(d.adds == Adds{add_own(R"({"crm":"opted out"})")});
      CHECK(d.lifts.empty());
      CHECK(d.pushes.empty());
    }
  }
  SUBCASE("the evidence is what the connector saw") {
    auto s = known_as(false).says(true);
    s.remote.evidence = R"(Email Opt Out = "1")";
    CHECK(s.decide().adds == Adds{add_own(R"({"crm":"Email Opt Out = \"1\""})")});
  }
  SUBCASE("its own integration is active already (an undisturbed merge): only the mirror changes") {
    auto s = known_as(false).says(true);
    s.here = {own()};
    const auto d = s.decide();
    CHECK(d.adds.empty());
    CHECK(d.mirror.opted_out == true);
  }
  SUBCASE("no base: an unknown mirror counts as absent") {
    auto s = known_as(std::nullopt).says(true);
    CHECK(s.decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
  }
}

TEST_CASE("rule 1: the echo of our own push") {
  auto s = known_as(false).says(true);
  s.mirror->push_mark = PushMark::sent;
  s.here = {active(Reason::contact)};
  SUBCASE("updates the mirror and adds nothing") {
    const auto d = s.decide();
    CHECK(d.finding == Finding::echo);
    CHECK(d.action == MirrorAction::write);
    CHECK(d.mirror.opted_out == true);
    CHECK(d.mirror.push_mark == PushMark::echoed);
    CHECK(d.adds.empty());
    CHECK(d.lifts.empty());
    CHECK(d.pushes.empty());
  }
  SUBCASE("for every pushed reason") {
    for (const auto reason : kPushed) {
      s.here = {active(reason)};
      CHECK(s.decide().finding == Finding::echo);
    }
  }
  SUBCASE("seen again it is nothing new") {
    s.mirror->opted_out = true;
    s.mirror->push_mark = PushMark::echoed;
    CHECK(s.decide().empty());
  }
  SUBCASE("without a push it is no echo") {
    s.mirror->push_mark = PushMark::none;
    CHECK(s.decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
  }
  SUBCASE("an earlier echo does not excuse a later opt-out") {
    s.mirror->push_mark = PushMark::echoed;
    CHECK(s.decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
    CHECK(s.decide().mirror.push_mark == PushMark::none);
  }
  SUBCASE("what was pushed has been lifted meanwhile: the CRM's no is all there is, so it counts") {
    for (const auto reason : kNotPushed) {
      s.here = {active(reason, "crm:2")};
      const auto d = s.decide();
      CHECK(d.finding == Finding::none);
      CHECK(d.adds == Adds{add_own(R"({"crm":"opted out"})")});
      CHECK(d.mirror.push_mark == PushMark::none);
    }
  }
}

TEST_CASE("rule 2: the CRM re-activates the record") {
  auto s = known_as(true).says(false);
  SUBCASE("its own integration is lifted; nothing else is active: the contact is resubscribed") {
    const auto d = s.decide();
    CHECK(d.action == MirrorAction::write);
    CHECK(d.mirror.opted_out == false);
    CHECK(d.lifts == Lifts{lift_own()});
    CHECK(d.adds.empty());
    CHECK(d.pushes.empty());
    CHECK(d.finding == Finding::none);
    CHECK(d.remaining.empty());
  }
  SUBCASE("anything else stays, and a conflict names it") {
    for (const auto& row : all_reasons()) {
      s.here = {own(), active(row.reason, "crm:2")};
      const auto d = s.decide();
      CHECK(d.lifts == Lifts{lift_own()});
      CHECK(d.finding == Finding::conflict);
      CHECK(d.remaining == Reasons{row.reason});
      CHECK(d.pushes.empty());
    }
  }
  SUBCASE("the reasons that remain: in display order, each once") {
    s.here = {active(Reason::deferral),    active(Reason::integration, "crm:3"), own(),
              active(Reason::hard_bounce), active(Reason::integration, "crm:2"), active(Reason::contact)};
    CHECK(s.decide().remaining == Reasons{Reason::contact, Reason::hard_bounce, Reason::integration, Reason::deferral});
  }
  SUBCASE("it was opted out by our push: nothing to lift, still a conflict") {
    s.mirror->push_mark = PushMark::echoed;
    s.here = {active(Reason::contact)};
    const auto d = s.decide();
    CHECK(d.lifts.empty());
    CHECK(d.finding == Finding::conflict);
    CHECK(d.remaining == Reasons{Reason::contact});
    CHECK(d.mirror.push_mark == PushMark::none);
  }
}

TEST_CASE("rule 3: a record never seen, subscribed") {
  auto s = never_seen();
  SUBCASE("is linked to the contact of its address") {
    const auto d = s.decide();
    CHECK(d.action == MirrorAction::write);
    CHECK(d.mirror == CrmRecord{"crm", "1", kAnn, false, 1000, false, PushMark::none});
    CHECK(d.adds.empty());
    CHECK(d.lifts.empty());
    CHECK(d.pushes.empty());
    CHECK_FALSE(d.relinked);
  }
  SUBCASE("the suppressions of an existing contact stay, even an integration of this very record") {
    for (const auto& row : all_reasons()) {
      s.here = {active(row.reason, "crm:1")};
      CHECK(s.decide().lifts.empty());
      CHECK(s.decide().adds.empty());
    }
  }
  SUBCASE("the identity of the address counts, not its spelling") {
    s.remote.email = " Ann@EXAMPLE.com ";
    CHECK(s.decide().mirror.address == kAnn);
  }
}

TEST_CASE("rule 4: record and mirror agree") {
  for (const bool out : {false, true}) {
    CAPTURE(out);
    CHECK(known_as(out).says(out).decide().empty());
    CHECK(known_as(out).says(out).decide().finding == Finding::none);
    auto s = known_as(out).says(out);
    s.here.push_back(active(Reason::manual));
    CHECK(s.decide().empty());
  }
  SUBCASE("opted out here and there without our integration (a person undid it): nothing comes back") {
    auto s = known_as(true).says(true);
    s.here.clear();
    CHECK(s.decide().empty());
  }
  SUBCASE("only the modified time is newer: only the mirror is written") {
    auto s = known_as(true).says(true);
    s.remote.modified_at = 2000;
    const auto d = s.decide();
    CHECK(d.action == MirrorAction::write);
    CHECK(d.mirror.modified_at == 2000);
    CHECK(d.adds.empty());
    CHECK(d.lifts.empty());
  }
  SUBCASE("a modified time that the CRM stops telling is kept") {
    auto s = known_as(false);
    s.remote.modified_at = std::nullopt;
    CHECK(s.decide().empty());
    CHECK(s.decide().mirror.modified_at == 1000);
  }
}

TEST_CASE("rule 5: the record is gone") {
  auto s = known_as(false).gone();
  SUBCASE("on_delete: suppress adds integration") {
    const auto d = s.decide();
    CHECK(d.action == MirrorAction::tombstone);
    CHECK(d.mirror.deleted);
    CHECK(d.mirror.address == kAnn);
    CHECK(d.adds == Adds{add_own(kDeleted, Side::linked)});
    CHECK(d.lifts.empty());
  }
  SUBCASE("on_delete: keep leaves the contact alone") {
    s.rules.on_delete = OnDelete::keep;
    const auto d = s.decide();
    CHECK(d.action == MirrorAction::tombstone);
    CHECK(d.adds.empty());
  }
  SUBCASE("it never resubscribes") {
    for (const auto policy : {OnDelete::suppress, OnDelete::keep}) {
      s = known_as(true).gone();
      s.rules.on_delete = policy;
      CHECK(s.decide().lifts.empty());
      CHECK(s.decide().adds.empty());
      CHECK(s.decide().mirror.opted_out == true);
    }
  }
  SUBCASE("gone twice is gone once") {
    s.mirror->deleted = true;
    CHECK(s.decide().empty());
  }
  SUBCASE("a record never seen leaves no trace") { CHECK(never_seen().gone().decide().empty()); }
  SUBCASE("a record without a contact concerns nobody") {
    s.mirror->address.clear();
    const auto d = s.decide();
    CHECK(d.action == MirrorAction::tombstone);
    CHECK(d.adds.empty());
  }
  SUBCASE("what the CRM says about the address of a deleted record does not matter") {
    s.remote.email = "";
    CHECK(s.decide().action == MirrorAction::tombstone);
    s.remote.email = kBea;
    CHECK(s.decide().adds == Adds{add_own(kDeleted, Side::linked)});
    CHECK_FALSE(s.decide().relinked);
  }
  SUBCASE("a push on its way went with it") {
    s.mirror->push_mark = PushMark::sent;
    CHECK(s.decide().mirror.push_mark == PushMark::none);
  }
}

TEST_CASE("rule 5: the record comes back") {
  SUBCASE("subscribed, rule 2: what the deletion set is lifted") {
    const auto d = tombstone_of(false).says(false).decide();
    CHECK_FALSE(d.mirror.deleted);
    CHECK(d.lifts == Lifts{lift_own()});
    CHECK(d.finding == Finding::none);
  }
  SUBCASE("subscribed, rule 2: it was opted out before, so this is a re-activation") {
    const auto d = tombstone_of(true).says(false).decide();
    CHECK(d.lifts == Lifts{lift_own()});
  }
  SUBCASE("subscribed, rule 2: what else is active stays") {
    auto s = tombstone_of(false).says(false);
    s.here.push_back(active(Reason::hard_bounce));
    const auto d = s.decide();
    CHECK(d.lifts == Lifts{lift_own()});
    CHECK(d.finding == Finding::conflict);
    CHECK(d.remaining == Reasons{Reason::hard_bounce});
  }
  SUBCASE("subscribed, but its integration came from a merge: that takes an opt-out and a re-activation") {
    auto s = tombstone_of(false).says(false);
    s.here = {own(R"({"merged_from":"2"})")};
    CHECK(s.decide().lifts.empty());
    CHECK_FALSE(s.decide().mirror.deleted);
  }
  SUBCASE("subscribed: a person who said no meanwhile is told to it") {
    auto s = tombstone_of(false).says(false);
    s.here.push_back(active(Reason::contact));
    CHECK(s.decide().pushes == push_of(Reason::contact));
  }
  SUBCASE("opted out, rule 1: integration is kept") {
    for (const bool before : {false, true}) {
      const auto d = tombstone_of(before).says(true).decide();
      CHECK(d.adds.empty());
      CHECK(d.lifts.empty());
      CHECK(d.mirror.opted_out == true);
      CHECK_FALSE(d.mirror.deleted);
    }
  }
  SUBCASE("opted out, rule 1: or added, where it was not") {
    for (const bool before : {false, true}) {
      auto s = tombstone_of(before).says(true);
      s.here.clear();
      CHECK(s.decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
    }
  }
  SUBCASE("opted out is never an echo: the record that we pushed to was gone") {
    auto s = tombstone_of(false).says(true);
    s.mirror->push_mark = PushMark::sent;
    s.here = {active(Reason::contact)};
    CHECK(s.decide().finding == Finding::none);
    CHECK(s.decide().adds.size() == 1);
  }
  SUBCASE("unknown: it stays what it was") {
    const auto d = tombstone_of(false).says(std::nullopt).decide();
    CHECK(d.empty());
    CHECK(d.finding == Finding::unknown_opt_out);
    CHECK(d.mirror.deleted);
  }
}
