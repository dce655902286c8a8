// Held changes: who waits, what is forgotten and what is not, and how a person's word is carried out.
#include <doctest/doctest.h>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Status;

namespace {
const domain::BrakeVerdict kHoldUnsubscribe{false, true, false};
const domain::BrakeVerdict kHoldResubscribe{true, false, false};
const domain::BrakeVerdict kHoldDeletions{false, false, true};

void approve(World& world, Id run) {
  world.store->approve_changes(run);
  world.apply_staged(run);
  world.store->settle_held(run, RunState::applied, world.now);
}
}  // namespace

TEST_CASE("held unsubscriptions put their contacts on hold at once") {
  World world;
  world.sync({incoming("1", kAnn), incoming("2", kBea)});
  const auto run = world.sync({incoming("1", kAnn, true), incoming("2", kBea)}, kHoldUnsubscribe);
  CHECK(world.store->run(run)->state == RunState::held);
  CHECK(world.status(kAnn) == Status::on_hold);
  CHECK(world.status(kBea) == Status::subscribed);
  CHECK(world.contact(kAnn)->holds == std::vector{"held run " + std::to_string(run)});
  REQUIRE(world.store->held_runs().size() == 1);
  const auto changes = world.store->changes(run, 10, 0);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].kind == ChangeKind::unsubscribe);
  CHECK(changes[0].state == ChangeState::held);
  SUBCASE("approved: they are unsubscribed, and nobody is mailable in between") {
    world.store->approve_changes(run);
    CHECK(world.status(kAnn) == Status::on_hold);
    CHECK(world.store->approved_runs("crm") == std::vector{run});
    approve(world, run);
    CHECK(world.status(kAnn) == Status::unsubscribed);
    CHECK(world.contact(kAnn)->holds.empty());
    CHECK(world.store->run(run)->state == RunState::applied);
    CHECK(world.store->held_runs().empty());
    CHECK(world.store->approved_runs("crm").empty());
  }
  SUBCASE("approved, and the daemon dies before it is applied: it is still there to be applied") {
    world.store->approve_changes(run);
    world.open();
    REQUIRE(world.store->approved_runs("crm") == std::vector{run});
    approve(world, run);
    CHECK(world.status(kAnn) == Status::unsubscribed);
  }
  SUBCASE("rejected: they are mailable, and the CRM's word is not proposed again") {
    world.store->reject_run(run, kOperator, world.now);
    CHECK(world.status(kAnn) == Status::subscribed);
    CHECK(world.store->run(run)->state == RunState::rejected);
    world.sync({incoming("1", kAnn, true)});
    CHECK(world.status(kAnn) == Status::subscribed);
  }
  SUBCASE("taken back by the CRM: the change is closed and the run with it") {
    world.store->close_changes(run, std::vector{changes[0].id}, ChangeState::withdrawn, "taken back", kCrm, world.now);
    CHECK(world.status(kAnn) == Status::subscribed);
    CHECK(world.store->run(run)->state == RunState::applied);
    CHECK(world.store->changes(run, 10, 0)[0].note == "taken back");
  }
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("held resubscriptions leave their contacts as they are") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  const auto run = world.sync({incoming("1", kAnn, false)}, kHoldResubscribe);
  CHECK(world.status(kAnn) == Status::unsubscribed);
  approve(world, run);
  CHECK(world.status(kAnn) == Status::subscribed);
}

TEST_CASE("a no of the person that comes while a resubscription is held survives its approval") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  const auto run = world.sync({incoming("1", kAnn, false)}, kHoldResubscribe);
  world.unsubscribe(kAnn);
  approve(world, run);
  CHECK(world.status(kAnn) == Status::unsubscribed);
  CHECK(world.contact(kAnn)->reason == domain::Reason::contact);
}

TEST_CASE("a no of the person that comes while a resubscription is held is told to the CRM once that is rejected") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  const auto run = world.sync({incoming("1", kAnn, false)}, kHoldResubscribe);
  world.unsubscribe(kAnn);
  CHECK(world.store->due_pushes("crm", world.now, 10).empty());  // as far as we know it is opted out there
  world.store->reject_run(run, kOperator, world.now);
  const auto pushes = world.store->due_pushes("crm", world.now, 10);
  REQUIRE(pushes.size() == 1);
  CHECK(pushes[0].external_id == "1");
  CHECK(pushes[0].reason == domain::Reason::contact);
}

TEST_CASE("held deletions") {
  World world;
  world.sync({incoming("1", kAnn)});
  const auto run = world.sync({deleted("1")}, kHoldDeletions);
  CHECK(world.status(kAnn) == Status::on_hold);
  CHECK(world.store->connection("crm")->records == 1);
  SUBCASE("approved") {
    approve(world, run);
    CHECK(world.status(kAnn) == Status::unsubscribed);
    CHECK(world.store->connection("crm")->records == 0);
  }
  SUBCASE("rejected: the record counts as gone, the contact stays mailable") {
    world.store->reject_run(run, kOperator, world.now);
    CHECK(world.status(kAnn) == Status::subscribed);
    CHECK(world.store->connection("crm")->records == 0);
  }
}

TEST_CASE("a plan leaves nothing behind") {
  World world;
  world.sync({incoming("1", kAnn)});
  const auto run = world.store->begin_run("crm", RunMode::full, RunTrigger::api, kNow, true);
  world.stage(run, {incoming("1", kAnn, true), incoming("2", kBea)});
  CHECK(world.store->plan_totals(run).unsubscribe == 1);
  world.store->discard_run(run);
  CHECK_FALSE(world.store->run(run));
  CHECK_FALSE(world.contact(kBea));
  CHECK(world.status(kAnn) == Status::subscribed);
  CHECK(world.ask("SELECT (SELECT count(*) FROM spool) + (SELECT count(*) FROM change)") == 0);
}
