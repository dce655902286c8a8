// What the brakes are told about a plan, what absence counts for, and what a run has counted.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

const std::string kCid = "cid@example.com";

Id begin(World& world, bool dry_run = false) {
  return world.store->begin_run("crm", RunMode::full, RunTrigger::once, world.now, dry_run);
}

PlanTotals totals_of(World& world, const std::vector<Incoming>& records) {
  const Id run = begin(world);
  world.stage(run, records);
  return world.store->plan_totals(run);
}

struct Absence {
  std::string id;
  Id contact;
  int before;
  bool operator==(const Absence&) const = default;
};

std::vector<Absence> absent(World& world, Id run, const std::vector<Incoming>& delivered) {
  std::vector<Absence> all;
  world.store->absent(
      run,
      [&](std::uint64_t fingerprint) {
        return std::any_of(delivered.begin(), delivered.end(),
                           [&](const auto& one) { return one.fingerprint == fingerprint; });
      },
      [&](const std::string& id, Id contact, int before) {
        all.push_back({id, contact, before});
      });
  return all;
}

}  // namespace

TEST_CASE("the brakes are told of") {
  World world;
  world.sync({incoming("1", kAnn), incoming("2", kAnn), incoming("3", kBea, true), incoming("4", kBea, true),
              incoming("5", kCid)});
  SUBCASE("contacts, not records") {
    const auto totals = totals_of(world, {incoming("1", kAnn, true), incoming("2", kAnn, true)});
    CHECK(totals.records == 5);
    CHECK(totals.unsubscribe == 1);
    CHECK(totals.resubscribe == 0);
    CHECK(totals.deletions == 0);
  }
  SUBCASE("a resubscription when the last no is lifted") {
    CHECK(totals_of(world, {incoming("3", kBea), incoming("4", kBea)}).resubscribe == 1);
  }
  SUBCASE("no resubscription while another record says no") {
    CHECK(totals_of(world, {incoming("3", kBea)}).resubscribe == 0);
  }
  SUBCASE("no resubscription while the person says no") {
    world.unsubscribe(kBea);
    CHECK(totals_of(world, {incoming("3", kBea), incoming("4", kBea)}).resubscribe == 0);
  }
  SUBCASE("no resubscription where the same plan says no") {
    CHECK(totals_of(world, {incoming("3", kBea), deleted("4")}).resubscribe == 0);
  }
  SUBCASE("no unsubscription of somebody who is unsubscribed by now") {
    const Id run = begin(world);
    world.stage(run, {incoming("1", kAnn, true)});
    world.unsubscribe(kAnn);
    CHECK(world.store->plan_totals(run).unsubscribe == 0);
  }
  SUBCASE("deletions, each record") {
    CHECK(totals_of(world, {deleted("1"), deleted("2"), deleted("5")}).deletions == 3);
  }
  SUBCASE("nobody who is new") {
    const auto totals = totals_of(world, {incoming("9", "new@example.com", true)});
    CHECK(totals.unsubscribe == 0);
    CHECK(totals.records == 5);
  }
  SUBCASE("asked twice, the same") {
    const Id run = begin(world);
    world.stage(run, {incoming("3", kBea), incoming("1", kAnn, true)});
    const auto first = world.store->plan_totals(run);
    const auto second = world.store->plan_totals(run);
    CHECK(first.resubscribe == second.resubscribe);
    CHECK(first.unsubscribe == second.unsubscribe);
  }
}

TEST_CASE("two rows with one id in a plan") {
  World world;
  world.sync({incoming("1", kAnn, false, 100)});
  const Id run = begin(world);
  SUBCASE("the newer one counts") {
    world.stage(run, {incoming("1", kAnn, true, 300)});
    world.stage(run, {incoming("1", kAnn, true, 200)});
    CHECK(world.store->changes(run, 10, 0).at(0).remote.modified_at == 300);
  }
  SUBCASE("a re-activation is dropped when the record is also there as it was, a no is not") {
    world.sync({incoming("2", kBea, true), incoming("3", "cid@example.com")});
    world.stage(run, {incoming("2", kBea, false), incoming("3", "cid@example.com", true)});
    CHECK(world.store->drop_duplicates(run, [](std::uint64_t) { return true; }) == 1);
    const auto left = world.store->changes(run, 10, 0);
    REQUIRE(left.size() == 1);
    CHECK(left[0].external_id == "3");
  }
  SUBCASE("nothing is dropped whose record was not delivered as it was") {
    world.stage(run, {incoming("1", kAnn, true, 300)});
    CHECK(world.store->drop_duplicates(run, [](std::uint64_t) { return false; }) == 0);
    CHECK(world.store->changes(run, 10, 0).size() == 1);
  }
}

TEST_CASE("absence") {
  World world;
  const std::vector<Incoming> both{incoming("1", kAnn), incoming("2", kBea)};
  world.sync(both);
  const Id run = begin(world);
  const Id bea = world.contact(kBea)->id;
  CHECK(absent(world, run, both).empty());
  CHECK(absent(world, run, {both[0]}) == std::vector{Absence{"2", bea, 0}});
  world.store->mark_absent(run, std::vector<std::string>{"2"});
  SUBCASE("is counted from one full sync to the next") {
    world.open();
    CHECK(absent(world, run, {both[0]}) == std::vector{Absence{"2", bea, 1}});
    CHECK(world.status(kBea) == Status::subscribed);
  }
  SUBCASE("makes the record one to look at again when it returns as it was") {
    std::vector<std::uint64_t> known;
    world.store->fingerprints("crm", [&](std::uint64_t fingerprint) { known.push_back(fingerprint); });
    CHECK(known == std::vector{both[0].fingerprint});
  }
  SUBCASE("is over when the record is seen") {
    world.sync(both);
    CHECK(absent(world, run, {both[0]}) == std::vector{Absence{"2", bea, 0}});
  }
  SUBCASE("does not concern what is deleted") {
    world.sync({deleted("2")});
    CHECK(absent(world, run, {both[0]}).empty());
  }
  SUBCASE("is a matter of one connection") {
    world.sync({incoming("7", kCid)}, {}, "per-address");
    CHECK(absent(world, run, both).empty());
  }
}

TEST_CASE("what counts towards the brakes' 24 hours") {
  World world;
  world.sync({incoming("1", kAnn), incoming("2", kBea, true)});
  const auto counted = [&] { return world.store->applied_since("crm", world.now - domain::kDay); };
  REQUIRE(counted() == domain::ChangeCounts{});
  SUBCASE("what a run changed by itself, for a day") {
    world.sync({incoming("1", kAnn, true), incoming("2", kBea, false)});
    CHECK(counted() == domain::ChangeCounts{1, 1, 0});
    world.now += domain::kDay;
    CHECK(counted() == domain::ChangeCounts{});
  }
  SUBCASE("deletions") {
    world.sync({deleted("1")});
    CHECK(counted().deletions == 1);
  }
  SUBCASE("not what another connection did") {
    world.sync({incoming("1", kAnn)}, {}, "per-address");
    world.sync({incoming("1", kAnn, true)}, {}, "per-address");
    CHECK(counted() == domain::ChangeCounts{});
    CHECK(world.store->applied_since("per-address", 0).unsubscribe == 1);
  }
  SUBCASE("not what is held") {
    world.sync({incoming("1", kAnn, true)}, {false, true, false});
    CHECK(counted() == domain::ChangeCounts{});
  }
  SUBCASE("not a plan") {
    const Id run = begin(world, true);
    world.stage(run, {incoming("1", kAnn, true)});
    CHECK(world.store->plan_totals(run).unsubscribe == 1);
    world.store->discard_run(run);
    CHECK(counted() == domain::ChangeCounts{});
  }
}

TEST_CASE("a re-activation that changes nothing for the contact is a conflict until it does") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  world.unsubscribe(kAnn);
  const Id run = world.sync({incoming("1", kAnn, false)});
  CHECK(world.store->run(run)->counts.kept_unsubscribed == 1);
  const auto conflicts = world.store->conflicts("north", 10, 0);
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].connection == "crm");
  CHECK(conflicts[0].external_id == "1");
  CHECK(conflicts[0].address == kAnn);
  CHECK(conflicts[0].remaining == std::vector{Reason::contact});
  CHECK(world.store->conflicts("south", 10, 0).empty());
  CHECK(world.store->conflict_count() == 1);
  SUBCASE("the CRM gives in") { world.sync({incoming("1", kAnn, true)}); }
  SUBCASE("the person comes back") { world.change(kAnn, std::nullopt, Reason::contact); }
  SUBCASE("the record goes") { world.sync({deleted("1")}); }
  CHECK(world.store->conflict_count() == 0);
}
