// Lists and counts: complete, without repetition, and at a price that does not depend on how many there are.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

std::string address_of(int i) { return "u" + std::to_string(i) + "@example.com"; }

std::vector<std::string> walk(World& world, ContactQuery query) {
  query.account = "north";
  std::vector<std::string> seen;
  while (true) {
    const auto page = world.store->contacts(query);
    REQUIRE(page);
    CHECK(page->contacts.size() <= query.limit);
    for (const auto& contact : page->contacts) seen.push_back(contact.address);
    if (page->next.empty()) return seen;
    query.after = page->next;
  }
}

// Ten contacts: 0-2 opted out in the CRM, 3 and 4 by themselves, 2 and 3 with a bounce too.
void populate(World& world) {
  std::vector<Incoming> records;
  for (int i = 0; i < 10; ++i) records.push_back(incoming(std::to_string(i), address_of(i), i < 3));
  world.sync(records);
  for (const int i : {3, 4}) world.now += 1000, world.unsubscribe(address_of(i));
  for (const int i : {2, 3}) world.event(domain::EventType::hard_bounce, address_of(i), std::to_string(i));
}

}  // namespace

TEST_CASE("every filter and order gives each contact once, page by page") {
  World world;
  populate(world);
  for (const std::size_t limit : {1U, 2U, 3U, 100U}) {
    CAPTURE(limit);
    ContactQuery query;
    query.limit = limit;
    CHECK(walk(world, query).size() == 10);
    query.sort = ContactSort::changed;
    CHECK(walk(world, query).size() == 10);
    CHECK(walk(world, query).front() == address_of(4));
    query.sort = ContactSort::status;
    CHECK(walk(world, query).size() == 10);
    for (const auto sort : {ContactSort::address, ContactSort::changed, ContactSort::status}) {
      query.sort = sort;
      query.status = Status::unsubscribed;
      CHECK(walk(world, query).size() == 5);
      query.reason = Reason::hard_bounce;
      CHECK(walk(world, query).size() == 2);
      query.status.reset();
      query.reason = Reason::integration;
      CHECK(walk(world, query).size() == 3);
      query.reason.reset();
      query.connection = "crm";
      CHECK(walk(world, query).size() == 10);
      query.connection = "per-address";
      CHECK(walk(world, query).empty());
      query.connection.clear();
      query.text = "u7@";
      CHECK(walk(world, query) == std::vector{address_of(7)});
      query.text = "%";
      CHECK(walk(world, query).empty());
      query.text.clear();
    }
  }
}

TEST_CASE("contacts that come in while somebody turns pages are neither lost nor doubled") {
  World world;
  populate(world);
  ContactQuery query;
  query.account = "north", query.limit = 3;
  const auto first = world.store->contacts(query);
  world.unsubscribe("aaa@example.com");
  world.unsubscribe("zzz@example.com");
  query.after = first->next;
  std::set<std::string> rest;
  for (const auto& address : walk(world, query)) CHECK(rest.insert(address).second);
  CHECK(rest.contains("zzz@example.com"));
  CHECK(rest.size() == 8);
}

TEST_CASE("a cursor that is not ours is refused, an account that is not there is empty") {
  World world;
  populate(world);
  ContactQuery query;
  query.account = "north";
  for (const char* cursor : {"nonsense", "changed|x|1", "address", "status|1"}) {
    CAPTURE(cursor);
    query.after = cursor;
    CHECK_FALSE(world.store->contacts(query));
  }
  query.after.clear();
  query.account = "nowhere";
  CHECK(world.store->contacts(query)->contacts.empty());
}

TEST_CASE("counters are what counting would give, after any history") {
  const bool held = rc::check("counters equal counts", [] {
    World world;
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 40))) {
      const auto address = address_of(step % 4);
      world.now += domain::kHour;
      switch (step / 4) {
        case 0: world.sync({incoming(std::to_string(step % 4), address, true)}); break;
        case 1: world.sync({incoming(std::to_string(step % 4), address, false)}); break;
        case 2: world.sync({incoming(std::to_string(step % 4), address_of(step % 3), true)}); break;
        case 3: world.sync({deleted(std::to_string(step % 4))}); break;
        case 4: world.unsubscribe(address); break;
        case 5: world.change(address, std::nullopt, Reason::contact); break;
        case 6: world.event(domain::EventType::hard_bounce, address, std::to_string(world.now)); break;
        case 7: world.event(domain::EventType::spam_complaint, address, std::to_string(world.now), "south"); break;
        case 8: world.sync({incoming(std::to_string(step % 4), address, true)}, {false, true, false}); break;
        default: world.event(domain::EventType::deferral, address, std::to_string(world.now)); break;
      }
    }
    for (const std::string account : {"north", "south"}) {
      auto counts = world.store->counts(account);
      const std::string mine = "account_id = (SELECT id FROM account WHERE name = '" + account + "') AND ";
      for (const auto status : {Status::subscribed, Status::unsubscribed, Status::on_hold})
        RC_ASSERT(counts.by_status[status] == world.ask("SELECT count(*) FROM contact WHERE " + mine +
                                                        "status = " + std::to_string(static_cast<int>(status))));
      for (const auto& [reason, n] : counts.by_reason)
        RC_ASSERT(n == world.ask("SELECT count(DISTINCT contact_id) FROM suppression WHERE " + mine + "reason = '" +
                                 std::string(domain::to_string(reason)) + "'"));
    }
    RC_ASSERT(world.ask("SELECT sum(records) FROM connection") ==
              world.ask("SELECT count(*) FROM record WHERE deleted = 0"));
    RC_ASSERT(world.store->verify_audit().ok);
  });
  CHECK(held);
}
