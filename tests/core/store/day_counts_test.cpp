// The counters of earlier days: what a chart of an account shows.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

constexpr std::int64_t kToday = kNow / domain::kDay;

std::vector<DayCounts> history(World& world, std::int64_t first, std::int64_t last) {
  return world.store->history("north", first, last);
}

}  // namespace

TEST_CASE("counts of earlier days") {
  World world;
  SUBCASE("an account that nothing has happened in has none") { CHECK(history(world, kToday - 5, kToday).empty()); }
  SUBCASE("days before the first change are left out, a day without a change is like the one before") {
    world.sync({incoming("1", kAnn), incoming("2", kBea)});
    world.now += 2 * domain::kDay;
    world.unsubscribe(kAnn);
    const auto days = history(world, kToday - 3, kToday + 3);
    REQUIRE(days.size() == 4);
    CHECK(days[0].day == kToday);
    CHECK(days[0].counts.by_status.at(Status::subscribed) == 2);
    CHECK(days[1].counts == days[0].counts);
    CHECK(days[2].counts.by_status.at(Status::unsubscribed) == 1);
    CHECK(days[2].counts.by_reason == std::map<Reason, std::int64_t>{{Reason::contact, 1}});
    CHECK(days[3].counts == days[2].counts);
  }
  SUBCASE("what happened before the range is where it begins") {
    world.sync({incoming("1", kAnn, true)});
    const auto days = history(world, kToday + 10, kToday + 10);
    REQUIRE(days.size() == 1);
    CHECK(days[0].counts == world.store->counts("north"));
  }
  SUBCASE("the end of the day counts, not what came and went within it") {
    world.sync({incoming("1", kAnn)});
    world.unsubscribe(kAnn);
    world.change(kAnn, std::nullopt, Reason::contact);
    const auto days = history(world, kToday, kToday);
    REQUIRE(days.size() == 1);
    CHECK(days[0].counts.by_reason.empty());
    CHECK(days[0].counts == world.store->counts("north"));
  }
  SUBCASE("an account has its own") {
    world.sync({incoming("1", kAnn)});
    CHECK(world.store->history("south", kToday, kToday).empty());
    CHECK(world.store->history("nowhere", kToday, kToday).empty());
  }
}

TEST_CASE("the counts of each day are what the counters said when it ended") {
  rc::check([] {
    World world;
    std::map<std::int64_t, ContactCounts> ends;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
    for (const int step : steps) {
      const std::string address = step % 2 == 0 ? kAnn : kBea;
      if (step < 2) world.sync({incoming(step == 0 ? "1" : "2", address, false)});
      if (step == 2 || step == 3) world.sync({incoming(step == 2 ? "1" : "2", address, true)});
      if (step == 4 || step == 5) world.unsubscribe(address);
      if (step == 6) world.change(kAnn, std::nullopt, Reason::contact);
      if (step == 7) world.now += domain::kDay * *rc::gen::inRange(1, 3);
      const auto counts = world.store->counts("north");
      if (!counts.by_status.empty()) ends[world.now / domain::kDay] = counts;
    }
    const auto days = history(world, kToday, world.now / domain::kDay);
    for (const auto& day : days) {
      const auto then = ends.upper_bound(day.day);
      RC_ASSERT(then != ends.begin());
      RC_ASSERT(day.counts == std::prev(then)->second);
    }
    RC_ASSERT(days.empty() == ends.empty());
  });
}
