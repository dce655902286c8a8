// Random histories: in whatever order things happened and with whatever restarts, no push is lost, and what is told
// twice is told once. (That the store agrees with itself: agreement_test.cpp.)
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <tuple>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::EventType;
using domain::Reason;
using domain::Status;

namespace {

constexpr int kPeople = 4;
constexpr int kKinds = 15;

// One step of a history: what happens, and to whom.
void happen(World& world, int step) {
  const int who = step % kPeople;
  const auto id = std::to_string(who);
  const auto address = "u" + id + "@example.com";
  const auto event = std::to_string(world.now);
  world.now += domain::kHour;
  switch (step / kPeople) {
    case 0: world.sync({incoming(id, address, true)}); break;
    case 1: world.sync({incoming(id, address, false)}); break;
    case 2: world.sync({incoming(id, "u0@example.com", true)}); break;  // its address changes
    case 3: world.sync({incoming(id + "b", address, false)}); break;    // another record at the address
    case 4: world.sync({deleted(id)}); break;
    case 5: world.unsubscribe(address); break;
    case 6: world.change(address, std::nullopt, Reason::contact); break;
    case 7: world.event(EventType::hard_bounce, address, event); break;
    case 8: world.event(EventType::spam_complaint, address, event, "south"); break;
    case 9: world.event(EventType::out_of_office, address, event); break;
    case 10: world.sync({incoming(id, address, true)}, {false, true, false}); break;
    case 11: world.sync({incoming(id, address, false)}, {true, false, false}); break;
    case 12:
      for (const auto& run : world.store->held_runs()) world.store->reject_run(run.id, kOperator, world.now);
      break;
    case 13:
      world.now += 15 * domain::kDay;
      world.store->expire({}, world.now, 100);
      break;
    default: world.open(); break;
  }
}

// Nobody who said no, with a record that the CRM still has as opted in, is without a push that says so or a conflict
// that a person gets to see (re-activated in the CRM, rule 2).
void no_push_is_lost(World& world) {
  RC_ASSERT(world.ask("SELECT count(*) FROM record r JOIN suppression s ON s.contact_id = r.contact_id WHERE r.deleted "
                      "= 0 AND r.opted_out = 0 AND s.reason IN ('contact','manual','spam_complaint') AND NOT EXISTS("
                      "SELECT 1 FROM conflict f WHERE f.record_id = r.id) AND NOT EXISTS("
                      "SELECT 1 FROM outbox o WHERE o.contact_id = r.contact_id AND o.external_id = r.external_id AND "
                      "o.kind = 'opt_out' AND o.state IN ('pending','sent'))") == 0);
}

}  // namespace

TEST_CASE("after any history the file is sound and no push is lost") {
  CHECK(rc::check("any history", [] {
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, kPeople * kKinds));
    World world;
    for (const int step : steps) happen(world, step);
    no_push_is_lost(world);
    RC_ASSERT(world.damage() == "");
  }));
}

TEST_CASE("told twice, any history ends as if it had been told once") {
  CHECK(rc::check("any page", [] {
    World world;
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, kPeople * kKinds)))
      happen(world, step);
    const auto wanted = *rc::gen::container<std::vector<std::tuple<int, int, bool>>>(
        rc::gen::tuple(rc::gen::inRange(0, kPeople), rc::gen::inRange(0, kPeople), rc::gen::arbitrary<bool>()));
    std::map<std::string, Incoming> page;
    for (const auto& [id, address, opted_out] : wanted) {
      auto& one = page[std::to_string(id)];
      one = incoming(std::to_string(id), "u" + std::to_string(address) + "@example.com", opted_out);
      one.remote.name = "Name";  // of several records at one address the last one names the contact
    }
    std::vector<Incoming> records;
    for (const auto& [id, one] : page) records.push_back(one);
    const auto people_and_audit = [&] {
      const auto state = world.state();
      return state.substr(0, state.rfind("crm"));  // but for the list of runs
    };
    world.sync(records);
    const auto once = people_and_audit();
    world.sync(records);
    RC_ASSERT(people_and_audit() == once);
  }));
}
