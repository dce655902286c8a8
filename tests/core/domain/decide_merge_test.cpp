// Rule 6: a merge reported by the CRM is the union, any no wins. Record 2 is merged into record 1.
#include <doctest/doctest.h>

#include "core/domain/decide.h"
#include "tests/core/domain/decide_fixture.h"

using namespace crmsync::domain;
using namespace crmsync::domain::testing;

namespace {

const std::string kMerged = R"({"merged_from":"2"})";
const LiftSuppression kLiftTwo{Side::target, Reason::integration, "crm:2"};

Suppression two(std::string why = R"({"crm":"opted out"})") {
  return active(Reason::integration, "crm:2", std::move(why));
}

MergedRecord record_two(const std::string& address, std::optional<bool> opted_out) {
  MergedRecord merged{CrmRecord{"crm", "2", address, opted_out, 500, false, PushMark::none}, {}};
  if (opted_out == true) merged.active = {two()};
  return merged;
}

// Record 1 as it is known, and record 2 on the same contact.
Situation merging(std::optional<bool> one, std::optional<bool> other) {
  auto s = known_as(one).says(false);
  s.remote.merged_ids = {"2"};
  s.merged = {record_two(kAnn, other)};
  if (other == true) s.here.push_back(two());
  s.merged[0].active = s.here;
  return s;
}

}  // namespace

TEST_CASE("merge: the merged record is no deletion") {
  const auto d = merging(false, false).decide();
  CHECK(d.merged_away == Ids{"2"});
  CHECK(d.action == MirrorAction::write);
  CHECK(d.adds.empty());
  CHECK(d.lifts.empty());
}

TEST_CASE("merge: any no wins") {
  SUBCASE("the merged record's no moves to the survivor, on one contact") {
    const auto d = merging(false, true).decide();
    CHECK(d.adds == Adds{add_own(kMerged)});
    CHECK(d.lifts == Lifts{kLiftTwo});
    CHECK(d.mirror.opted_out == false);
  }
  SUBCASE("so does an integration without an opted-out mirror (it was merged itself)") {
    auto s = merging(false, false);
    s.merged[0].active = {two(kMerged)};
    s.here = {two(kMerged)};
    CHECK(s.decide().adds == Adds{add_own(kMerged)});
    CHECK(s.decide().lifts == Lifts{kLiftTwo});
  }
  SUBCASE("so does an opt-out without an integration (it was our push)") {
    auto s = merging(false, true);
    s.merged[0].record.push_mark = PushMark::echoed;
    s.merged[0].active = {active(Reason::contact)};
    s.here = {active(Reason::contact)};
    CHECK(s.decide().adds == Adds{add_own(kMerged)});
    CHECK(s.decide().pushes == push_of(Reason::contact));
  }
  SUBCASE("on another contact: the survivor's gets it, the merged record's keeps it") {
    auto s = merging(false, false);
    s.merged = {record_two(kBea, true)};
    CHECK(s.decide().adds == Adds{add_own(kMerged)});
    CHECK(s.decide().lifts.empty());
  }
  SUBCASE("contact and manual of another contact follow, the rest stays there") {
    auto s = merging(false, false);
    s.merged = {record_two(kBea, false)};
    for (const auto& row : all_reasons()) {
      s.merged[0].active = {active(row.reason, "somewhere")};
      const bool follows = row.reason == Reason::contact || row.reason == Reason::manual;
      const AddSuppression carried{Side::target, row.reason, "somewhere", R"({"followed_from":"bea@example.com"})"};
      CHECK(s.decide().adds == (follows ? Adds{carried} : Adds{}));
      CHECK(s.decide().pushes == (follows ? push_of(row.reason) : Pushes{}));
    }
  }
  SUBCASE("the survivor's own no is not lost either, though the CRM says subscribed") {
    const auto d = merging(true, false).decide();
    CHECK(d.lifts.empty());
    CHECK(d.mirror.opted_out == false);
    CHECK(d.merged_away == Ids{"2"});
  }
  SUBCASE("both said no: one remains") {
    const auto d = merging(true, true).decide();
    CHECK(d.adds.empty());
    CHECK(d.lifts == Lifts{kLiftTwo});
  }
  SUBCASE("the survivor is opted out now, too") {
    const auto d = merging(false, true).says(true).decide();
    CHECK(d.adds == Adds{add_own(kMerged)});
    CHECK(d.mirror.opted_out == true);
  }
  SUBCASE("the survivor is new") {
    auto s = never_seen();
    s.remote.merged_ids = {"2"};
    s.merged = {record_two(kAnn, true)};
    s.here = {two()};
    const auto d = s.decide();
    CHECK(d.adds == Adds{add_own(kMerged)});
    CHECK(d.lifts == Lifts{kLiftTwo});
    CHECK(d.mirror.opted_out == false);
  }
  SUBCASE("two merged records that said no give one suppression") {
    auto s = merging(false, true);
    auto three = record_two(kAnn, true);
    three.record.external_id = "3";
    three.active = {active(Reason::integration, "crm:3")};
    s.merged.push_back(three);
    s.here.push_back(active(Reason::integration, "crm:3"));
    const auto d = s.decide();
    CHECK(d.adds == Adds{add_own(kMerged)});
    CHECK(d.lifts == Lifts{kLiftTwo, {Side::target, Reason::integration, "crm:3"}});
    CHECK(d.merged_away == Ids{"2", "3"});
  }
  SUBCASE("the opt-out of the survivor is unknown: the merged no counts all the same") {
    CHECK(merging(false, true).says(std::nullopt).decide().adds == Adds{add_own(kMerged)});
  }
  SUBCASE("the survivor lost its address: it counts for the contact it had") {
    const auto d = merging(false, true).moves_to("").decide();
    CHECK(d.adds == Adds{add_own(kMerged, Side::linked)});
    CHECK(d.lifts == Lifts{{Side::linked, Reason::integration, "crm:2"}});
  }
  SUBCASE("the survivor has no contact: the merge waits") {
    auto s = never_seen().moves_to("");
    s.remote.merged_ids = {"2"};
    s.merged = {record_two(kBea, true)};
    CHECK(s.decide().merged_away.empty());
  }
}

TEST_CASE("merge: a merge with a new address") {
  auto s = merging(true, true).moves_to(kBea);
  const auto d = s.decide();
  CHECK(d.lifts == Lifts{lift_own(Side::linked)});
  CHECK(d.adds == Adds{add_own(kMerged)});
  CHECK(d.relinked);
  SUBCASE("opted out as well: still one suppression") {
    CHECK(s.says(true).decide().adds == Adds{add_own(kMerged)});
    CHECK(s.says(true).decide().lifts == Lifts{lift_own(Side::linked)});
  }
  SUBCASE("the new address is the merged record's: its suppression moves to the survivor") {
    s.merged = {record_two(kBea, true)};
    s.there = {two()};
    CHECK(s.decide().lifts == Lifts{lift_own(Side::linked), kLiftTwo});
    CHECK(s.decide().adds == Adds{add_own(kMerged)});
  }
}

TEST_CASE("merge: what comes after it") {
  auto s = merging(false, true);
  s.mirror = s.decide().mirror;
  s.here = {own(kMerged)};
  s.merged[0].record.deleted = true;
  s.merged[0].record.opted_out = std::nullopt;  // as the store leaves a record that was merged away
  s.merged[0].active = s.here;
  s.remote.modified_at = 2000;
  SUBCASE("reported again it changes nothing") {
    s.remote.modified_at = 1000;
    CHECK(s.decide().empty());
    CHECK(s.decide().merged_away.empty());
  }
  SUBCASE("a later unrelated change of the survivor does not lift the merged no") { CHECK(s.decide().lifts.empty()); }
  SUBCASE("an explicit opt-out and its re-activation do, though the CRM keeps listing the merged id") {
    s.mirror = s.says(true).decide().mirror;
    CHECK(s.decide().adds.empty());
    CHECK(s.says(false).decide().lifts == Lifts{lift_own()});
    s.mirror = s.decide().mirror;
    s.here = {};
    s.merged[0].active = {};
    CHECK(s.decide().empty());
  }
  SUBCASE("a deletion of the merged record that is reported later is no deletion") {
    Situation late;
    late.mirror = s.merged[0].record;
    late.mirror->external_id = "1";
    CHECK(late.gone().decide().empty());
  }
  SUBCASE("on another contact: what was lifted here meanwhile does not come back") {
    s.merged[0].record.address = kBea;
    s.merged[0].active = {two(), active(Reason::contact)};
    s.here = {};
    CHECK(s.decide().adds.empty());
    CHECK(s.decide().merged_away.empty());
  }
}

TEST_CASE("merge: the deletion of the merged record was reported first") {
  auto s = merging(false, false);
  s.merged[0].record.deleted = true;
  SUBCASE("subscribed before: what the deletion had set ends, as if the merge had been told first") {
    s.here = {two(kDeleted)};
    s.merged[0].active = s.here;
    const auto d = s.decide();
    CHECK(d.adds.empty());
    CHECK(d.lifts == Lifts{kLiftTwo});
    CHECK(d.merged_away == Ids{"2"});
  }
  SUBCASE("opted out before: the no is taken over") {
    s.merged[0].record.opted_out = true;
    s.here = {two()};
    s.merged[0].active = s.here;
    CHECK(s.decide().adds == Adds{add_own(kMerged)});
    CHECK(s.decide().lifts == Lifts{kLiftTwo});
  }
  SUBCASE("opted out before, on another contact: the no is taken over") {
    s.merged[0].record.opted_out = true;
    s.merged[0].record.address = kBea;
    s.merged[0].active = {two()};
    CHECK(s.decide().adds == Adds{add_own(kMerged)});
    CHECK(s.decide().lifts.empty());
  }
}

TEST_CASE("merge: a record is not merged into itself") {
  auto s = known_as(true).says(false);
  s.remote.merged_ids = {"1"};
  s.merged = {{*s.mirror, s.here}};
  CHECK(s.decide().lifts == Lifts{lift_own()});
  CHECK(s.decide().merged_away.empty());
}
