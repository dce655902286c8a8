// Records that change their address or are merged in the CRM: what stays, what follows the person, who is told.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

bool has(World& world, const std::string& address, Reason reason) {
  const auto contact = world.contact(address);
  return contact && std::any_of(contact->suppressions.begin(), contact->suppressions.end(),
                                [&](const auto& s) { return s.reason == reason; });
}

std::vector<std::string> told(World& world) {
  std::vector<std::string> ids;
  for (const auto& push : world.store->due_pushes("crm", world.now, 100)) ids.push_back(push.external_id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

Incoming merged(const std::string& id, const std::string& address, const std::string& from) {
  auto one = incoming(id, address);
  one.remote.merged_ids = {from};
  one.fingerprint += 2;
  return one;
}

}  // namespace

TEST_CASE("a record whose address changes") {
  World world;
  world.sync({incoming("1", kAnn)});
  SUBCASE("takes the person's no along, and the old address keeps it") {
    world.unsubscribe(kAnn);
    world.sync({incoming("1", kBea)});
    CHECK(has(world, kAnn, Reason::contact));
    CHECK(has(world, kBea, Reason::contact));
  }
  SUBCASE("leaves what is about the address with the address, for when it returns") {
    world.event(domain::EventType::hard_bounce, kAnn, "bounce");
    world.sync({incoming("1", kBea)});
    CHECK(has(world, kAnn, Reason::hard_bounce));
    CHECK(world.status(kBea) == Status::subscribed);
    world.sync({incoming("1", kAnn)});
    CHECK(world.status(kAnn) == Status::unsubscribed);
  }
  SUBCASE("meets what the new address has") {
    world.unsubscribe(kBea);
    world.sync({incoming("1", kBea)});
    CHECK(world.status(kBea) == Status::unsubscribed);
    CHECK(world.status(kAnn) == Status::subscribed);
    CHECK(told(world) == std::vector<std::string>{"1"});
  }
  SUBCASE("brings a no to the new address: the records that are there are told") {
    world.sync({incoming("2", kBea)});
    world.unsubscribe(kAnn);
    REQUIRE(told(world) == std::vector<std::string>{"1"});
    world.sync({incoming("1", kBea)});
    const auto all = told(world);
    CHECK(std::find(all.begin(), all.end(), "2") != all.end());
  }
  SUBCASE("is listed with its new contact alone") {
    world.sync({incoming("1", kBea)});
    CHECK(world.contact(kAnn)->records.empty());
    CHECK(world.contact(kBea)->records.size() == 1);
    CHECK(world.store->connection("crm")->records == 1);
  }
  SUBCASE("to none stays where it was") {
    world.sync({incoming("1", kAnn, true)});
    world.sync({incoming("1", "", true)});
    CHECK(world.contact(kAnn)->records.size() == 1);
    CHECK(has(world, kAnn, Reason::integration));
  }
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("records that the CRM merged") {
  World world;
  world.sync({incoming("1", kAnn, true), incoming("2", kBea)});
  SUBCASE("hand their no over") {
    world.sync({merged("2", kBea, "1")});
    CHECK(world.status(kBea) == Status::unsubscribed);
    CHECK(world.store->connection("crm")->records == 1);
  }
  SUBCASE("hand it over once, however often the CRM lists them") {
    world.sync({merged("2", kBea, "1")});
    const auto entries = world.store->verify_audit().entries;
    auto again = merged("2", kBea, "1");
    again.fingerprint += 2;
    world.sync({again});
    CHECK(world.store->verify_audit().entries == entries);
    CHECK(world.store->connection("crm")->records == 1);
  }
  SUBCASE("that nobody here knows do no harm") {
    world.sync({merged("2", kBea, "77")});
    CHECK(world.status(kBea) == Status::subscribed);
    CHECK(world.store->connection("crm")->records == 2);
  }
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("a record without an address is kept without a contact, and gets one with its address") {
  World world;
  const Id run = world.sync({incoming("1", "", true)});
  CHECK(world.store->run(run)->counts.invalid == 1);
  CHECK(world.store->connection("crm")->records == 1);
  CHECK(world.ask("SELECT count(*) FROM contact") == 0);
  world.sync({incoming("1", kAnn, true)});
  CHECK(world.status(kAnn) == Status::unsubscribed);
  CHECK(world.store->connection("crm")->records == 1);
}

TEST_CASE("a record whose opt-out is unknown is counted, and never read as subscribed") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  const Id run = world.sync({incoming("1", kAnn, std::nullopt)});
  CHECK(world.store->run(run)->counts.unknown == 1);
  CHECK(world.status(kAnn) == Status::unsubscribed);
}

TEST_CASE("a record that is older than what is known changes nothing") {
  World world;
  world.sync({incoming("1", kAnn, true, 200)});
  world.sync({incoming("1", kAnn, false, 100)});
  CHECK(world.status(kAnn) == Status::unsubscribed);
  world.sync({incoming("1", kAnn, false, 200)});
  CHECK(world.status(kAnn) == Status::subscribed);
}
