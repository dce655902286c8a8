// What ends by itself: deferrals after their time, holds of contacts whose record flipped too often after a day of
// peace.
#include <doctest/doctest.h>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

// Three strikes on three days.
void defer(World& world, const std::string& prefix) {
  for (int day = 0; day < 3; ++day) {
    world.now += domain::kDay;
    world.event(domain::EventType::deferral, kAnn, prefix + std::to_string(day));
  }
}

void flip(World& world, int times) {
  for (int i = 0; i < times; ++i) {
    world.now += domain::kHour;
    world.sync({incoming("1", kAnn, world.status(kAnn) != Status::unsubscribed)});
  }
}

}  // namespace

TEST_CASE("a deferral") {
  World world;
  world.sync({incoming("1", kAnn)});
  defer(world, "first");
  REQUIRE(world.contact(kAnn)->reason == Reason::deferral);
  const auto end = world.now + domain::StrikeRules().deferral_ends_after;
  SUBCASE("does not end before its time") {
    CHECK(world.store->expire({}, end - 1, 100) == 0);
    CHECK(world.status(kAnn) == Status::unsubscribed);
  }
  SUBCASE("ends by itself, and the log says so") {
    CHECK(world.store->expire({}, end, 100) == 1);
    CHECK(world.status(kAnn) == Status::subscribed);
    const auto last = world.store->audit("north", world.contact(kAnn)->id, 10, 0).back();
    CHECK(last.action == "lift");
    CHECK(last.reason == "deferral");
    CHECK(last.actor.basis == "expiry");
    CHECK(world.store->expire({}, end, 100) == 0);
  }
  SUBCASE("takes its strikes along when it ends: it takes three new ones") {
    world.now = end;
    world.store->expire({}, world.now, 100);
    world.now += domain::kDay;
    CHECK_FALSE(world.event(domain::EventType::deferral, kAnn, "fourth").suppressed);
    CHECK(world.status(kAnn) == Status::subscribed);
    defer(world, "second");
    CHECK(world.status(kAnn) == Status::unsubscribed);
  }
  SUBCASE("leaves every other reason when it ends") {
    world.unsubscribe(kAnn);
    world.event(domain::EventType::hard_bounce, kAnn, "bounce");
    CHECK(world.store->expire({}, end, 100) == 1);
    REQUIRE(world.contact(kAnn)->suppressions.size() == 2);
    CHECK(world.contact(kAnn)->reason == Reason::contact);
  }
  SUBCASE("of many ends in portions") {
    for (int day = 0; day < 3; ++day) {
      world.now += domain::kDay;
      world.event(domain::EventType::out_of_office, kBea, "bea" + std::to_string(day));
    }
    const auto later = world.now + domain::StrikeRules().deferral_ends_after;
    CHECK(world.store->expire({}, later, 1) == 1);
    CHECK(world.store->expire({}, later, 1) == 1);
    CHECK(world.store->expire({}, later, 1) == 0);
  }
}

TEST_CASE("a delivery forgives the strikes before it") {
  World world;
  for (int day = 0; day < 2; ++day) {
    world.now += domain::kDay;
    world.event(domain::EventType::soft_bounce, kAnn, std::to_string(day));
  }
  world.now += domain::kHour;
  world.event(domain::EventType::delivered, kAnn, "delivered");
  world.now += domain::kDay;
  CHECK_FALSE(world.event(domain::EventType::soft_bounce, kAnn, "after").suppressed);
}

TEST_CASE("a contact whose record flips more than three times a day") {
  World world;
  world.sync({incoming("1", kAnn)});
  flip(world, 3);
  REQUIRE(world.contact(kAnn)->holds.empty());
  flip(world, 1);
  CHECK(world.status(kAnn) == Status::on_hold);
  CHECK(world.contact(kAnn)->holds == std::vector<std::string>{"the CRM record flips too often"});
  SUBCASE("stays on hold while it flips") {
    CHECK(world.store->expire({}, world.now + domain::kDay - 1, 100) == 0);
    CHECK(world.status(kAnn) == Status::on_hold);
  }
  SUBCASE("is free after a day of peace") {
    CHECK(world.store->expire({}, world.now + domain::kDay, 100) == 1);
    CHECK(world.status(kAnn) == Status::subscribed);
  }
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("flips that are days apart are no fight") {
  World world;
  world.sync({incoming("1", kAnn)});
  for (int i = 0; i < 6; ++i) {
    world.now += domain::kDay;
    flip(world, 1);
  }
  CHECK(world.contact(kAnn)->holds.empty());
}
