// Arrivals: what is taken in in bulk ends as if it had been taken in one by one.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "core/store/sqlite_store.h"
#include "core/store/store.h"

using namespace crmsync;
using store::Arrival;
using store::ArrivalBuffer;
using store::Incoming;

namespace {

constexpr domain::Millis kNow = 1'000'000;

Incoming incoming(const std::string& id, const std::string& address, bool opted_out = false) {
  Incoming one;
  one.remote.external_id = id;
  one.remote.email = address;
  one.remote.name = "Name " + id;
  one.remote.opted_out = opted_out;
  if (opted_out) one.remote.evidence = "Opt out = \"1\"";
  one.address = address;
  one.fingerprint = std::hash<std::string>{}(id) | 1;
  return one;
}

std::vector<Incoming> read_back(ArrivalBuffer& buffer) {
  std::vector<Incoming> all;
  const auto take = [&](std::string_view block) {
    while (!block.empty()) all.push_back(store::to_incoming(store::take_arrival(block)));
  };
  buffer.flush(take);
  return all;
}

struct World {
  World() {
    std::string pattern = (std::filesystem::temp_directory_path() / "crmsync-arrivals-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    open();
  }
  ~World() {
    store.reset();
    std::filesystem::remove_all(folder);
  }
  void open() {
    store.reset();
    store = store::open_store((folder / "store.db").string());
    const store::AccountSpec north{"north", "North", "one", true, {connection("crm")}};
    const store::AccountSpec south{"south", "South", "one", true, {connection("other")}};
    store->configure(std::vector{north, south});
  }
  static store::ConnectionSpec connection(const std::string& id) {
    store::ConnectionSpec spec;
    spec.id = id;
    spec.can_push = true;
    return spec;
  }
  store::Id begin() { return store->begin_run("crm", store::RunMode::full, store::RunTrigger::once, kNow, false); }
  void stage(store::Id run, const std::vector<Incoming>& all) {
    ArrivalBuffer buffer;
    for (const auto& one : all) buffer.add(one);
    store->stage_arrivals(run, buffer);
  }
  int apply_all(store::Id run, bool opted_out_only = false) {
    int batches = 0;
    while (store->apply_arrivals(run, opted_out_only, actor, kNow)) ++batches;
    return batches;
  }
  std::int64_t count(domain::Status status) { return store->counts("north").by_status[status]; }

  std::filesystem::path folder;
  std::unique_ptr<store::Store> store;
  const store::Actor actor{"connection crm", "sync", "crm"};
};

}  // namespace

TEST_CASE("a buffer gives back what was put in, in the order of the addresses") {
  std::vector<Incoming> all{incoming("3", "zoe@example.com"), incoming("1", "ann@example.com", true),
                            incoming("2", "ann@example.co"), incoming("10", "zoe@example.com")};
  all[0].remote.email = " Zoe@Example.com ";
  all[0].remote.modified_at = 77;
  all[1].remote.name.clear();
  ArrivalBuffer buffer;
  for (const auto& one : all) buffer.add(one);
  const auto back = read_back(buffer);
  REQUIRE(back.size() == 4);
  const std::vector<std::size_t> order{2, 1, 3, 0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    CAPTURE(i);
    CHECK(back[i].remote == all[order[i]].remote);
    CHECK(back[i].address == all[order[i]].address);
    CHECK(back[i].fingerprint == all[order[i]].fingerprint);
  }
  CHECK(buffer.empty());
  CHECK(read_back(buffer).empty());
}

TEST_CASE("a damaged block is refused, wherever it is cut") {
  ArrivalBuffer buffer;
  buffer.add(incoming("1", "ann@example.com", true));
  std::string block;
  buffer.flush([&](std::string_view bytes) { block = bytes; });
  for (std::size_t size = 0; size < block.size(); ++size) {
    std::string_view cut = std::string_view(block).substr(0, size);
    CHECK_THROWS_AS(store::take_arrival(cut), store::StoreError);
  }
}

TEST_CASE("arrivals of several chunks become contacts, records and, where opted out, integration") {
  World world;
  const auto run = world.begin();
  world.stage(run, {incoming("1", "ann@example.com"), incoming("2", "cid@example.com", true)});
  world.stage(run, {incoming("3", "bea@example.com"), incoming("4", "dan@example.com")});
  CHECK(world.apply_all(run) == 1);
  CHECK(world.count(domain::Status::subscribed) == 3);
  CHECK(world.count(domain::Status::unsubscribed) == 1);
  CHECK(world.store->counts("north").by_reason[domain::Reason::integration] == 1);
  const auto cid = world.store->contact("north", "cid@example.com");
  REQUIRE(cid);
  CHECK(cid->status == domain::Status::unsubscribed);
  CHECK(cid->reason == domain::Reason::integration);
  REQUIRE(cid->suppressions.size() == 1);
  CHECK(cid->suppressions[0].source == "crm:2");
  REQUIRE(cid->records.size() == 1);
  CHECK(cid->records[0].external_id == "2");
  CHECK(cid->records[0].opted_out == true);
  CHECK(world.store->connection("crm")->records == 4);
  const auto done = world.store->run(run);
  CHECK(done->counts.added == 4);
  CHECK(done->counts.unsubscribed == 1);
  const auto trail = world.store->audit("north", cid->id, 10, 0);
  REQUIRE(trail.size() == 1);
  CHECK(trail[0].after == domain::Status::unsubscribed);
  CHECK(world.store->verify_audit().ok);
  // They are inserted with foreign keys off: every reference has to be right all the same.
  SQLite::Database raw((world.folder / "store.db").string());
  CHECK_FALSE(SQLite::Statement(raw, "PRAGMA foreign_key_check").executeStep());
}

TEST_CASE("what an arrival might collide with is left to the general way") {
  World world;
  const auto run = world.begin();
  SUBCASE("two arrivals at one address: the second is spooled") {
    world.stage(run, {incoming("1", "ann@example.com"), incoming("2", "ann@example.com", true)});
  }
  SUBCASE("somebody has the address by now") {
    world.stage(run, {incoming("2", "ann@example.com")});
    store::ContactChange change;
    change.account = "north", change.address = change.display = "ann@example.com";
    change.add = domain::Suppression{domain::Reason::contact, "person", kNow, "{}"};
    world.store->change_contacts(std::vector{change}, world.actor, kNow);
  }
  SUBCASE("the brand has a complaint about the address") {
    world.stage(run, {incoming("2", "ann@example.com")});
    store::EventIn event;
    event.id = "e1", event.account = "south", event.type = domain::EventType::spam_complaint;
    event.address = event.display = "ann@example.com";
    event.at = kNow, event.source = "provider", event.evidence = "{}";
    world.store->add_events(std::vector{event}, {}, kNow);
  }
  world.apply_all(run);
  const auto left = world.store->next_staged(run, 100);
  REQUIRE(left.incoming.size() == 1);
  CHECK(left.spool != 0);
  CHECK(left.incoming[0].remote.external_id == "2");
}

TEST_CASE("of a fetch that may be incomplete only the opt-outs are applied") {
  World world;
  const auto run = world.begin();
  world.stage(run, {incoming("1", "ann@example.com"), incoming("2", "bea@example.com", true)});
  world.apply_all(run, true);
  CHECK_FALSE(world.store->contact("north", "ann@example.com"));
  CHECK(world.store->contact("north", "bea@example.com"));
}

TEST_CASE("after a restart between two batches the rest is applied, once") {
  World world;
  const auto run = world.begin();
  std::vector<Incoming> all;
  const int many = 120'000;
  for (int i = 0; i < many; ++i)
    all.push_back(incoming(std::to_string(i), "u" + std::to_string(i * 7919 % many) + "@example.com", i % 10 == 0));
  std::shuffle(all.begin(), all.end(), std::mt19937(3));
  world.stage(run, {all.begin(), all.begin() + many / 3});
  world.stage(run, {all.begin() + many / 3, all.end()});
  REQUIRE(world.store->apply_arrivals(run, false, world.actor, kNow));
  CHECK(world.store->connection("crm")->records < many);
  world.open();
  CHECK(world.apply_all(run) == 1);
  CHECK(world.store->connection("crm")->records == many);
  CHECK(world.count(domain::Status::unsubscribed) == many / 10);
  CHECK(world.count(domain::Status::subscribed) == many - many / 10);
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("a run that starts its fetch again forgets its arrivals") {
  World world;
  const auto run = world.begin();
  world.stage(run, {incoming("1", "ann@example.com")});
  world.store->clear_stage(run);
  CHECK(world.apply_all(run) == 0);
  CHECK_FALSE(world.store->contact("north", "ann@example.com"));
}
