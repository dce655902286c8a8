// A no that was told to the CRM and is lifted here: the two never drift apart, whatever was on its way. Rule 11.
#include <doctest/doctest.h>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::PushKind;
using domain::Reason;
using domain::Status;

namespace {

std::vector<PushRow> pushes(World& world) { return world.store->pushes_of(world.contact(kAnn)->id); }

// How far the opt-out gets before it is lifted.
void tell(World& world) {
  const Id push = pushes(world).back().id;
  world.store->mark_sending(std::vector{push});
  world.store->settle_pushes(std::vector{PushUpdate{push, PushState::sent, 1, world.now + domain::kHour, ""}},
                             world.now);
}
void echo(World& world) { world.sync({incoming("1", kAnn, true)}); }
void lift(World& world) { world.change(kAnn, std::nullopt, Reason::contact); }

void allow_opt_in(World& world) {
  auto accounts = world.accounts();
  accounts[0].connections[0].push = domain::PushPolicy::both;
  world.store->configure(accounts);
}

}  // namespace

TEST_CASE("a no that is lifted again, where opt-outs alone are pushed") {
  World world;
  world.sync({incoming("1", kAnn)});
  world.unsubscribe(kAnn);
  SUBCASE("before it was sent: it need not be, and the contact is back") {
    lift(world);
    CHECK(world.status(kAnn) == Status::subscribed);
    CHECK(pushes(world).at(0).state == PushState::superseded);
    CHECK(world.store->due_pushes("crm", world.now, 10).empty());
  }
  SUBCASE("after it was tried without an answer: the CRM may have it, so it owns the no, too") {
    const Id push = pushes(world).at(0).id;
    world.store->mark_sending(std::vector{push});
    world.store->settle_pushes(std::vector{PushUpdate{push, PushState::pending, 1, world.now, "no answer"}}, world.now);
    lift(world);
    CHECK(world.contact(kAnn)->reason == Reason::integration);
    CHECK(pushes(world).at(0).state == PushState::superseded);
  }
  SUBCASE("after it was sent: the CRM owns the no, and re-activating it there ends it") {
    tell(world);
    lift(world);
    CHECK(world.contact(kAnn)->reason == Reason::integration);
    CHECK(pushes(world).at(0).state == PushState::superseded);
    world.sync({incoming("1", kAnn, false)});
    CHECK(world.status(kAnn) == Status::subscribed);
  }
  SUBCASE("after the CRM has shown it: the same") {
    tell(world);
    echo(world);
    REQUIRE(world.contact(kAnn)->suppressions.size() == 1);
    lift(world);
    CHECK(world.contact(kAnn)->reason == Reason::integration);
    CHECK(pushes(world).size() == 1);
    world.sync({incoming("1", kAnn, false)});
    CHECK(world.status(kAnn) == Status::subscribed);
  }
  SUBCASE("while another pushed reason stays: the CRM is told nothing") {
    world.change(kAnn, Reason::manual);
    lift(world);
    CHECK(world.contact(kAnn)->reason == Reason::manual);
    REQUIRE(pushes(world).size() == 1);
    CHECK(pushes(world)[0].state == PushState::pending);
  }
  SUBCASE("and said once more: the CRM is told once more") {
    lift(world);
    world.unsubscribe(kAnn);
    REQUIRE(pushes(world).size() == 2);
    CHECK(pushes(world)[1].state == PushState::pending);
    CHECK(pushes(world)[0].idempotency_key != pushes(world)[1].idempotency_key);
  }
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("a no that is lifted again, where opt-ins are pushed too") {
  World world;
  allow_opt_in(world);
  world.sync({incoming("1", kAnn)});
  world.unsubscribe(kAnn);
  tell(world);
  echo(world);
  lift(world);
  CHECK(world.status(kAnn) == Status::subscribed);
  REQUIRE(pushes(world).size() == 2);
  CHECK(pushes(world)[1].kind == PushKind::opt_in);
  SUBCASE("the CRM shows it: settled") {
    tell(world);
    world.sync({incoming("1", kAnn, false)});
    CHECK(pushes(world)[1].state == PushState::acknowledged);
    CHECK(world.status(kAnn) == Status::subscribed);
  }
  SUBCASE("the person says no again before it is sent: it is not sent") {
    world.unsubscribe(kAnn);
    CHECK(pushes(world)[1].state == PushState::superseded);
    CHECK(world.status(kAnn) == Status::unsubscribed);
  }
}

TEST_CASE("a push on its way") {
  World world;
  world.sync({incoming("1", kAnn)});
  world.unsubscribe(kAnn);
  const Id push = pushes(world).at(0).id;
  SUBCASE("is recognised as ours when it shows up after the daemon died before it heard the answer") {
    world.store->mark_sending(std::vector{push});
    world.open();
    echo(world);
    REQUIRE(world.contact(kAnn)->suppressions.size() == 1);
    CHECK(world.contact(kAnn)->reason == Reason::contact);
    CHECK(world.store->due_pushes("crm", world.now, 10).empty());
  }
  SUBCASE("that never arrived has no echo: a no that shows up later is the CRM's own") {
    tell(world);
    world.store->settle_pushes(std::vector{PushUpdate{push, PushState::dead, 8, 0, "never seen"}}, world.now);
    echo(world);
    CHECK(world.contact(kAnn)->suppressions.size() == 2);
  }
  SUBCASE("can be sent at once instead of waiting") {
    world.store->settle_pushes(
        std::vector{PushUpdate{push, PushState::pending, 3, world.now + domain::kDay, "no answer"}}, world.now);
    REQUIRE(world.store->due_pushes("crm", world.now, 10).empty());
    CHECK(world.store->retry_push(push, world.now));
    CHECK(world.store->due_pushes("crm", world.now, 10).size() == 1);
  }
  SUBCASE("cannot be sent again once it is settled") {
    tell(world);
    echo(world);
    REQUIRE(pushes(world).at(0).state == PushState::acknowledged);
    CHECK_FALSE(world.store->retry_push(push, world.now));
  }
  SUBCASE("is not given a second chance beside a newer one that says the same") {
    world.store->settle_pushes(std::vector{PushUpdate{push, PushState::dead, 8, 0, "refused"}}, world.now);
    lift(world);
    world.unsubscribe(kAnn);
    REQUIRE(pushes(world).size() == 2);
    CHECK_FALSE(world.store->retry_push(push, world.now));
    CHECK(pushes(world)[0].state == PushState::dead);
  }
}

TEST_CASE("of an address as a whole, one echo from any of its records settles the push") {
  World world;
  world.sync({incoming("1", kAnn), incoming("2", kAnn)}, {}, "per-address");
  world.unsubscribe(kAnn);
  tell(world);
  world.sync({incoming("1", kAnn, true), incoming("2", kAnn, true)}, {}, "per-address");
  CHECK(pushes(world).at(0).state == PushState::acknowledged);
  CHECK(world.contact(kAnn)->suppressions.size() == 1);
}
