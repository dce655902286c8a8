// Lists: complete and without repetition.
#include <doctest/doctest.h>

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
