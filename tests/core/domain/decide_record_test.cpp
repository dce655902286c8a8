// "What a sync decides", rules 7-10: what is odd about a record itself.
#include "core/domain/decide.h"

#include <doctest/doctest.h>

#include "tests/core/domain/decide_fixture.h"

using namespace crmsync::domain;
using namespace crmsync::domain::testing;

TEST_CASE("rule 7: no address, or one that is not an address") {
  for (const auto* text : {"", "not an address", "ann@"}) {
    CAPTURE(text);
    const auto d = never_seen().moves_to(text).decide();
    CHECK(d.finding == Finding::no_address);
    CHECK(d.action == MirrorAction::write);
    CHECK(d.mirror == CrmRecord{"crm", "1", "", false, 1000, false, PushMark::none});
    CHECK(d.adds.empty());
  }
  SUBCASE("never had one and is opted out: the mirror remembers it") {
    const auto d = never_seen().moves_to("").says(true).decide();
    CHECK(d.mirror.opted_out == true);
    CHECK(d.mirror.address.empty());
    CHECK(d.adds.empty());
  }
  SUBCASE("never had one, unknown: the mirror says unknown") {
    const auto d = never_seen().moves_to("").says(std::nullopt).decide();
    CHECK(d.finding == Finding::no_address);
    CHECK_FALSE(d.mirror.opted_out);
  }
  SUBCASE("it loses its address: it stays with the contact it had") {
    const auto d = known_as(false).moves_to("").decide();
    CHECK(d.finding == Finding::no_address);
    CHECK(d.mirror.address == kAnn);
    CHECK(d.empty());
  }
  SUBCASE("it loses its address and says no: the no counts for the contact it had") {
    const auto d = known_as(false).moves_to("").says(true).decide();
    CHECK(d.adds == Adds{add_own(R"({"crm":"opted out"})", Side::linked)});
    CHECK(d.mirror.opted_out == true);
    CHECK(d.finding == Finding::no_address);
  }
  SUBCASE("it loses its address and is re-activated: nobody is resubscribed by that") {
    const auto d = known_as(true).moves_to("").says(false).decide();
    CHECK(d.lifts.empty());
    CHECK(d.mirror.opted_out == true);
    SUBCASE("but by the address coming back") {
      auto s = known_as(true).says(false);
      s.mirror = d.mirror;
      CHECK(s.decide().lifts == Lifts{lift_own()});
    }
  }
  SUBCASE("a tombstone without an address returns only to say no") {
    CHECK(tombstone_of(false).moves_to("").says(false).decide().empty());
    CHECK(tombstone_of(true).moves_to("").says(false).decide().empty());
    auto s = tombstone_of(false).moves_to("").says(true);
    s.here.clear();
    const auto d = s.decide();
    CHECK_FALSE(d.mirror.deleted);
    CHECK(d.adds == Adds{add_own(R"({"crm":"opted out"})", Side::linked)});
  }
}

TEST_CASE("rule 7: a record without an address gets one") {
  for (const bool before : {false, true}) {
    CAPTURE(before);
    auto s = known_as(before);
    s.mirror->address.clear();
    s.here = {};
    // Opted out: its integration is added to the contact it has now.
    CHECK(s.says(true).decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
    CHECK(s.decide().mirror.address == kAnn);
    CHECK_FALSE(s.decide().relinked);
    // Subscribed: it is linked, nothing is lifted, and it learns of a person who said no.
    s.here = {active(Reason::manual)};
    CHECK(s.says(false).decide().pushes == push_of(Reason::manual));
    CHECK(s.decide().lifts.empty());
    CHECK(s.decide().mirror.address == kAnn);
  }
  SUBCASE("unknown now, opted out when that was known last: that no counts") {
    auto s = known_as(true).says(std::nullopt);
    s.mirror->address.clear();
    s.here = {};
    CHECK(s.decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
    CHECK(s.decide().mirror.opted_out == true);
  }
  SUBCASE("unknown now, and no no known: no contact") {
    auto s = known_as(false).says(std::nullopt);
    s.mirror->address.clear();
    CHECK(s.decide().mirror.address.empty());
    CHECK(s.decide().adds.empty());
    CHECK(s.decide().finding == Finding::unknown_opt_out);
  }
}

TEST_CASE("rule 8: two records, one contact") {
  const auto other = active(Reason::integration, "crm:2");
  SUBCASE("each has its own integration") {
    auto s = known_as(false).says(true);
    s.here = {other};
    CHECK(s.decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
  }
  SUBCASE("one re-activates: the other's stays") {
    auto s = known_as(true).says(false);
    s.here.push_back(other);
    const auto d = s.decide();
    CHECK(d.lifts == Lifts{lift_own()});
    CHECK(d.finding == Finding::conflict);
    CHECK(d.remaining == Reasons{Reason::integration});
  }
  SUBCASE("the same id in another connection is another record") {
    auto s = known_as(true).says(false);
    s.here.push_back(active(Reason::integration, "other:1"));
    CHECK(s.decide().lifts == Lifts{lift_own()});
    CHECK(s.decide().finding == Finding::conflict);
  }
}

TEST_CASE("rule 9: the record's opt-out is unknown") {
  SUBCASE("never seen: mirrored without a base and without a contact") {
    const auto d = never_seen().says(std::nullopt).decide();
    CHECK(d.finding == Finding::unknown_opt_out);
    CHECK(d.action == MirrorAction::write);
    CHECK(d.mirror == CrmRecord{"crm", "1", "", std::nullopt, 1000, false, PushMark::none});
    CHECK(d.adds.empty());
    CHECK(d.pushes.empty());
  }
  SUBCASE("known: the base stays, nothing is decided") {
    for (const bool before : {false, true}) {
      const auto d = known_as(before).says(std::nullopt).decide();
      CHECK(d.finding == Finding::unknown_opt_out);
      CHECK(d.empty());
      CHECK(d.mirror.opted_out == before);
    }
  }
  SUBCASE("never read as subscribed: nothing is lifted when it stays unknown, and everything when it is known again") {
    auto s = known_as(true).says(std::nullopt);
    CHECK(s.decide().lifts.empty());
    s.mirror = s.decide().mirror;
    CHECK(s.says(false).decide().lifts == Lifts{lift_own()});
  }
  SUBCASE("no base, no resubscribe: subscribed after unknown lifts nothing") {
    auto s = known_as(std::nullopt).says(false);
    s.here = {own()};
    const auto d = s.decide();
    CHECK(d.lifts.empty());
    CHECK(d.mirror.opted_out == false);
  }
  SUBCASE("known at last: as if never seen") {
    auto s = known_as(std::nullopt);
    s.mirror->address.clear();
    s.here = {active(Reason::contact)};
    CHECK(s.says(false).decide().pushes == push_of(Reason::contact));
    CHECK(s.decide().mirror.address == kAnn);
    CHECK(s.says(true).decide().adds == Adds{add_own(R"({"crm":"opted out"})")});
  }
  SUBCASE("a first sync imports the opt-outs that the CRM has already") {
    CHECK(never_seen().says(true).decide().adds.size() == 1);
  }
}

TEST_CASE("rule 10: order") {
  SUBCASE("a record older than the mirror's changes nothing") {
    for (const bool before : {false, true})
      for (const std::optional<bool> now : {std::optional(false), std::optional(true), std::optional<bool>()}) {
        auto s = known_as(before).says(now).moves_to(kBea);
        s.remote.modified_at = 999;
        const auto d = s.decide();
        CHECK(d.empty());
        CHECK(d.finding == Finding::older);
        CHECK(d.mirror == *s.mirror);
      }
  }
  SUBCASE("nor does an older deletion") {
    auto s = known_as(false).gone();
    s.remote.modified_at = 999;
    CHECK(s.decide().empty());
  }
  SUBCASE("nor does an older merge") {
    auto s = known_as(false);
    s.remote.modified_at = 999;
    s.merged = {{CrmRecord{"crm", "2", kAnn, true, 1, false, PushMark::none}, {active(Reason::integration, "crm:2")}}};
    CHECK(s.decide().merged_away.empty());
    CHECK(s.decide().empty());
  }
  SUBCASE("equal is not older") {
    auto s = known_as(true).says(false);
    s.remote.modified_at = 1000;
    CHECK(s.decide().lifts == Lifts{lift_own()});
    CHECK(known_as(false).says(true).decide().adds.size() == 1);
  }
  SUBCASE("without a time on one side there is no order") {
    auto s = known_as(true).says(false);
    s.remote.modified_at = std::nullopt;
    CHECK(s.decide().lifts.size() == 1);
    s = known_as(true).says(false);
    s.mirror->modified_at = std::nullopt;
    s.remote.modified_at = 1;
    CHECK(s.decide().lifts.size() == 1);
    CHECK(s.decide().mirror.modified_at == 1);
  }
}
