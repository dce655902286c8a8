// The outbox: what is told to a CRM, once, until it is settled.
#include <doctest/doctest.h>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;

namespace {

std::vector<PushRow> due(World& world, const std::string& connection = "crm") {
  return world.store->due_pushes(connection, world.now, 100);
}

void settle(World& world, const PushRow& push, PushState state, domain::Millis next_at = 0) {
  PushUpdate update;
  update.id = push.id, update.state = state, update.attempts = push.attempts + 1, update.next_at = next_at;
  update.last_error = "why";
  world.store->settle_pushes(std::vector{update}, world.now);
}

PushRow only(World& world, const std::string& address = kAnn) {
  const auto all = world.store->pushes_of(world.contact(address)->id);
  REQUIRE(all.size() == 1);
  return all.front();
}

}  // namespace

TEST_CASE("an unsubscribe is queued once for each record that is not opted out yet") {
  World world;
  world.sync({incoming("1", kAnn), incoming("2", kAnn), incoming("3", kAnn, true)});
  world.unsubscribe(kAnn);
  CHECK_FALSE(world.unsubscribe(kAnn).changed);
  const auto pushes = due(world);
  REQUIRE(pushes.size() == 2);
  CHECK(pushes[0].external_id == "1");
  CHECK(pushes[1].external_id == "2");
  CHECK(pushes[0].reason == Reason::contact);
  CHECK(pushes[0].kind == domain::PushKind::opt_out);
  CHECK(pushes[0].idempotency_key != pushes[1].idempotency_key);
  CHECK(pushes[0].deadline_at == kNow + 48 * domain::kHour);
}

TEST_CASE("where the opt-out belongs to the address, one push stands for all its records") {
  World world;
  world.sync({incoming("1", kAnn), incoming("2", kAnn)}, {}, "per-address");
  world.unsubscribe(kAnn);
  const auto pushes = due(world, "per-address");
  REQUIRE(pushes.size() == 1);
  CHECK(pushes[0].external_id.empty());
  CHECK(pushes[0].address == kAnn);
}

TEST_CASE("what is only ours to know is never queued") {
  World world;
  world.sync({incoming("1", kAnn)});
  for (const auto type : {domain::EventType::hard_bounce, domain::EventType::failed_validation})
    world.event(type, kAnn, std::to_string(static_cast<int>(type)));
  CHECK(world.contact(kAnn)->suppressions.size() == 2);
  CHECK(due(world).empty());
  CHECK_FALSE(world.store->next_push_at("crm"));
}

TEST_CASE("a push waits for its time, is settled once, and is found by what became of it") {
  World world;
  world.sync({incoming("1", kAnn)});
  world.unsubscribe(kAnn);
  settle(world, only(world), PushState::pending, kNow + 60'000);
  CHECK(due(world).empty());
  CHECK(world.store->next_push_at("crm") == kNow + 60'000);
  CHECK(only(world).attempts == 1);
  world.now += 60'000;
  REQUIRE(due(world).size() == 1);
  settle(world, only(world), PushState::acknowledged);
  CHECK(due(world).empty());
  CHECK(only(world).state == PushState::acknowledged);
  settle(world, only(world), PushState::dead);
  CHECK(only(world).state == PushState::acknowledged);
  CHECK(world.store->outbox(PushState::acknowledged, 10, 0).size() == 1);
  CHECK(world.store->outbox(PushState::pending, 10, 0).empty());
}

TEST_CASE("what was sent comes back as our echo: settled, and not the CRM's own no") {
  World world;
  world.sync({incoming("1", kAnn)});
  world.unsubscribe(kAnn);
  world.store->mark_sending(std::vector{only(world).id});
  settle(world, only(world), PushState::sent, kNow + 60'000);
  world.sync({incoming("1", kAnn, true)});
  CHECK(only(world).state == PushState::acknowledged);
  REQUIRE(world.contact(kAnn)->suppressions.size() == 1);
  CHECK(world.contact(kAnn)->suppressions[0].reason == Reason::contact);
}

TEST_CASE("an opt-out that the CRM knew before it was told is the CRM's own, and the push is superseded") {
  World world;
  world.sync({incoming("1", kAnn)});
  world.unsubscribe(kAnn);
  world.sync({incoming("1", kAnn, true)});
  CHECK(only(world).state == PushState::superseded);
  CHECK(world.contact(kAnn)->suppressions.size() == 2);
}

TEST_CASE("a dead letter is kept, counted overdue past its deadline, and can have another chance") {
  World world;
  world.sync({incoming("1", kAnn)});
  world.unsubscribe(kAnn);
  settle(world, only(world), PushState::dead);
  CHECK(due(world).empty());
  auto summary = world.store->outbox_summary(world.now).front();
  CHECK(summary.by_state[PushState::dead] == 1);
  CHECK(summary.overdue == 0);
  world.now += 49 * domain::kHour;
  CHECK(world.store->outbox_summary(world.now).front().overdue == 1);
  CHECK(world.store->retry_push(only(world).id, world.now));
  CHECK(due(world).size() == 1);
  CHECK(only(world).attempts == 0);
  CHECK(only(world).deadline_at == world.now + 48 * domain::kHour);
  CHECK_FALSE(world.store->retry_push(999, world.now));
}

TEST_CASE("a connection that is gone from the configuration is told nothing any more") {
  World world;
  world.sync({incoming("1", kAnn)});
  auto accounts = world.accounts();
  accounts[0].connections.erase(accounts[0].connections.begin());
  world.store->configure(accounts);
  world.unsubscribe(kAnn);
  CHECK(due(world).empty());
  CHECK(world.status(kAnn) == domain::Status::unsubscribed);
}

TEST_CASE("a record that meets a known no is told of it") {
  World world;
  world.unsubscribe(kAnn);
  world.sync({incoming("1", kAnn)});
  REQUIRE(due(world).size() == 1);
  CHECK(due(world)[0].external_id == "1");
}
