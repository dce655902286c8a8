// Whatever happens, in whatever order: what the store keeps twice agrees, and what it keeps once is explained.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

constexpr int kPeople = 4;
constexpr int kKinds = 16;

std::string address_of(int i) { return "u" + std::to_string(i) + "@example.com"; }

void settle(World& world, PushState state) {
  for (const auto& push : world.store->due_pushes("crm", world.now, 1)) {
    world.store->mark_sending(std::vector{push.id});
    world.store->settle_pushes(std::vector{PushUpdate{push.id, state, 1, world.now + domain::kHour, ""}}, world.now);
  }
}

void decide_held(World& world, bool approve) {
  const auto held = world.store->held_runs();
  if (held.empty()) return;
  const Id run = held.front().id;
  if (!approve) return world.store->reject_run(run, kOperator, world.now);
  world.store->approve_changes(run);
  world.apply_staged(run);
  world.store->settle_held(run, RunState::applied, world.now);
}

// One thing that can happen to one of four people, each with a record in the CRM.
void happen(World& world, int kind, int who) {
  const std::string id = std::to_string(who);
  const std::string address = address_of(who);
  const std::string event = std::to_string(world.now);
  switch (kind) {
    case 0: world.sync({incoming(id, address, true)}); break;
    case 1: world.sync({incoming(id, address, false)}); break;
    case 2: world.sync({incoming(id, address_of((who + 1) % kPeople), true)}); break;
    case 3: world.sync({incoming(id, address_of((who + 1) % kPeople), false)}); break;
    case 4: world.sync({deleted(id)}); break;
    case 5: world.sync({incoming(id, address, true)}, {true, true, true}); break;
    case 6: world.sync({incoming(id, address, false)}, {true, true, true}); break;
    case 7: decide_held(world, true); break;
    case 8: decide_held(world, false); break;
    case 9: world.unsubscribe(address); break;
    case 10: world.change(address, std::nullopt, Reason::contact); break;
    case 11: world.event(domain::EventType::deferral, address, event); break;
    case 12: world.event(domain::EventType::spam_complaint, address, event, "south"); break;
    case 13: world.store->expire({}, world.now, 100); break;
    case 14: settle(world, PushState::sent); break;
    default: settle(world, PushState::dead); break;
  }
}

std::vector<std::pair<int, int>> any_history() {
  return *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, kKinds), rc::gen::inRange(0, kPeople)));
}

std::vector<ContactRow> everybody(World& world, const std::string& account) {
  ContactQuery query;
  query.account = account, query.limit = 1000;
  std::vector<ContactRow> all;
  const auto page = world.store->contacts(query);
  for (const auto& row : page->contacts) all.push_back(world.store->contact(row.id).value());
  return all;
}

void check_contact(World& world, const ContactRow& contact) {
  RC_ASSERT(contact.status == domain::status_of(contact.suppressions, !contact.holds.empty()));
  RC_ASSERT(contact.reason == domain::shown_reason(contact.suppressions));
  // The audit log alone tells the state: each entry goes on where the one before it ended.
  Status told = Status::subscribed;
  std::map<std::string, int> active;
  for (const auto& entry : world.store->audit(contact.account, contact.id, 10'000, 0)) {
    RC_ASSERT(entry.before == told);
    told = entry.after;
    // A no that was said once more takes the place of the first; of `integration` each CRM record has its own.
    if (entry.action == "add") active[entry.reason] = entry.reason == "integration" ? active[entry.reason] + 1 : 1;
    if (entry.action == "lift") --active[entry.reason];
  }
  RC_ASSERT(told == contact.status);
  for (const auto& suppression : contact.suppressions) --active[std::string(domain::to_string(suppression.reason))];
  for (const auto& [reason, n] : active) RC_ASSERT(n == 0);
}

void check_account(World& world, const std::string& account) {
  std::map<Status, std::int64_t> by_status;
  std::map<Reason, std::int64_t> by_reason;
  for (const auto& contact : everybody(world, account)) {
    check_contact(world, contact);
    ++by_status[contact.status];
    for (const auto& one : domain::all_reasons())
      by_reason[one.reason] += std::any_of(contact.suppressions.begin(), contact.suppressions.end(),
                                           [&](const auto& s) { return s.reason == one.reason; });
  }
  auto counts = world.store->counts(account);
  for (const auto status : {Status::subscribed, Status::unsubscribed, Status::on_hold})
    RC_ASSERT(counts.by_status[status] == by_status[status]);
  for (const auto& one : domain::all_reasons()) RC_ASSERT(counts.by_reason[one.reason] == by_reason[one.reason]);
}

void check_connection(World& world) {
  RC_ASSERT(world.store->connection("crm")->records == world.ask("SELECT count(*) FROM record WHERE deleted = 0"));
}

// Nobody is on hold for a change, and no run waits for a person, when there is nothing left to decide.
void check_holds(World& world) {
  const std::string open = "FROM change WHERE state IN ('held','approved')";
  RC_ASSERT(world.ask("SELECT count(*) FROM hold WHERE cause = 'change' AND ref NOT IN (SELECT id " + open + ")") == 0);
  RC_ASSERT(world.ask("SELECT count(*) FROM run WHERE state = 'held' AND id NOT IN (SELECT run_id " + open + ")") == 0);
}

}  // namespace

TEST_CASE("after any history and a restart, everything that the store says of a contact agrees") {
  CHECK(rc::check([] {
    World world;
    for (const auto& [kind, who] : any_history()) {
      world.now += 7 * domain::kHour;
      happen(world, kind, who);
    }
    const auto before = world.store->counts("north");
    world.open();
    RC_ASSERT(world.store->counts("north") == before);
    check_account(world, "north");
    check_account(world, "south");
    check_connection(world);
    check_holds(world);
    RC_ASSERT(world.store->verify_audit().ok);
  }));
}
