// What a run writes, and that writing it twice, or dying in between, makes no difference.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

const std::vector<Incoming> kThree{incoming("1", kAnn, true), incoming("2", kBea), incoming("3", "cid@example.com")};

// Everything that the world can be compared by.
std::string state_of(World& world) {
  std::string state;
  auto db = world.raw();
  for (const char* sql : {"SELECT address || status || coalesce(reason, '-') FROM contact ORDER BY address",
                          "SELECT address || reason || record FROM suppression ORDER BY address, reason, record",
                          "SELECT external_id || coalesce(opted_out, '?') || deleted FROM record ORDER BY external_id",
                          "SELECT key || n FROM counter WHERE n > 0 ORDER BY account_id, key",
                          "SELECT cursor || records FROM connection"}) {
    SQLite::Statement rows(db, sql);
    while (rows.executeStep()) state += rows.getColumn(0).getString() + "\n";
  }
  return state;
}

// Runs `job` in a process of its own that is killed at its end without any goodbye.
template <class Job>
void in_a_process_that_dies(World& world, Job job) {
  world.store.reset();
  const pid_t child = fork();
  if (child == 0) {
    world.store = open_store(world.path());
    job();
    kill(getpid(), SIGKILL);
  }
  int how = 0;
  waitpid(child, &how, 0);
  CHECK(WIFSIGNALED(how));
  world.open();
}

}  // namespace

TEST_CASE("what a run writes is there afterwards") {
  World world;
  const auto run = world.sync(kThree, {}, "crm", R"({"at":7})");
  const auto ann = world.contact(kAnn);
  REQUIRE(ann);
  CHECK(ann->name == "Name 1");
  CHECK(ann->status == Status::unsubscribed);
  CHECK(ann->reason == Reason::integration);
  REQUIRE(ann->suppressions.size() == 1);
  CHECK(ann->suppressions[0].source == "crm:1");
  REQUIRE(ann->records.size() == 1);
  CHECK(ann->records[0].opted_out == true);
  const auto connection = world.store->connection("crm");
  CHECK(connection->records == 3);
  CHECK(connection->cursor == R"({"at":7})");
  CHECK(connection->last_poll_at == kNow);
  const auto row = world.store->run(run);
  CHECK(row->state == RunState::applied);
  CHECK(row->counts.added == 3);
  CHECK(row->counts.unsubscribed == 1);
}

TEST_CASE("the same records again change nothing") {
  World world;
  world.sync(kThree);
  const auto before = state_of(world);
  const auto entries = world.store->verify_audit().entries;
  world.sync(kThree);
  CHECK(state_of(world) == before);
  CHECK(world.store->verify_audit().entries == entries);
}

TEST_CASE("several records at one address: any no wins, and each is lifted by itself") {
  World world;
  world.sync({incoming("1", kAnn, true), incoming("2", kAnn, true), incoming("3", kAnn)});
  CHECK(world.contact(kAnn)->suppressions.size() == 2);
  CHECK(world.store->counts("north").by_reason[Reason::integration] == 1);
  world.sync({incoming("1", kAnn, false)});
  CHECK(world.status(kAnn) == Status::unsubscribed);
  world.sync({incoming("2", kAnn, false)});
  CHECK(world.status(kAnn) == Status::subscribed);
  CHECK(world.store->counts("north").by_reason[Reason::integration] == 0);
}

TEST_CASE("a record that moves to another address takes its no along") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  world.sync({incoming("1", kBea, true)});
  CHECK(world.status(kAnn) == Status::subscribed);
  CHECK(world.status(kBea) == Status::unsubscribed);
}

TEST_CASE("texts of any kind come back as they were") {
  World world;
  for (const std::string& name :
       {std::string("O'Brien \"Bob\"; DROP TABLE contact"), std::string("\xF0\x9F\x90\x9D bee"),
        std::string(100'000, 'x'), std::string("zero\0inside", 11)}) {
    auto one = incoming("1", kAnn);
    one.remote.name = name;
    one.fingerprint = name.size();
    world.sync({one});
    CHECK(world.contact(kAnn)->name == name);
  }
}

TEST_CASE("a complaint in one account of a brand meets the address in the others, later ones included") {
  World world;
  world.event(domain::EventType::spam_complaint, kAnn, "e1", "south");
  world.sync({incoming("1", kAnn)});
  CHECK(world.status(kAnn) == Status::unsubscribed);
  CHECK(world.contact(kAnn)->reason == Reason::spam_complaint);
  CHECK(world.store->pushes_of(world.contact(kAnn)->id).size() == 1);
}

TEST_CASE("an event counts once, however often it is told") {
  World world;
  world.sync({incoming("1", kAnn)});
  for (int i = 0; i < 5; ++i) {
    const auto outcome = world.event(domain::EventType::soft_bounce, kAnn, "same");
    CHECK(outcome.duplicate == (i > 0));
  }
  CHECK(world.status(kAnn) == Status::subscribed);
  world.now += domain::kDay;
  world.event(domain::EventType::soft_bounce, kAnn, "second");
  world.now += domain::kDay;
  CHECK(world.event(domain::EventType::soft_bounce, kAnn, "third").suppressed);
  CHECK(world.contact(kAnn)->reason == Reason::soft_bounce);
}

TEST_CASE("killed between any two steps, the run ends as if nothing had happened") {
  World undisturbed;
  undisturbed.sync(kThree);
  for (int batches = 0; batches < 3; ++batches) {
    CAPTURE(batches);
    World world;
    in_a_process_that_dies(world, [&] {
      const auto run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, kNow, false);
      world.stage(run, {kThree[0], kThree[1]});
      world.stage(run, {kThree[2]});
      RunEnd end;
      end.cursor = "";
      world.store->seal_plan(run, {}, end, kNow);
      for (int i = 0; i < batches; ++i) world.apply_next(run);
    });
    CHECK(world.store->connection("crm")->cursor.empty());
    const auto left = world.store->unfinished_run("crm");
    REQUIRE(left);
    CHECK(left->phase == "applying");
    REQUIRE(world.store->sealed_end(left->id));
    world.apply_staged(left->id);
    world.store->finish_run(left->id, *world.store->sealed_end(left->id), kNow);
    CHECK(state_of(world) == state_of(undisturbed));
    CHECK(world.store->verify_audit().ok);
    CHECK_FALSE(world.store->unfinished_run("crm"));
  }
}

TEST_CASE("a fetch that died starts again from nothing") {
  World world;
  in_a_process_that_dies(world, [&] {
    const auto run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, kNow, false);
    world.stage(run, kThree);
  });
  const auto left = world.store->unfinished_run("crm");
  REQUIRE(left);
  CHECK(left->phase == "fetching");
  world.store->clear_stage(left->id);
  CHECK_FALSE(world.apply_next(left->id));
  CHECK_FALSE(world.contact(kAnn));
}

TEST_CASE("a full disk is an error that says so, and loses nothing") {
  World world;
  world.sync(kThree);
  const auto before = state_of(world);
  world.store.reset();
  const pid_t child = fork();
  if (child == 0) {
    // The limit on a file's size stands for the end of the disk; SQLite sees a write that fails.
    signal(SIGXFSZ, SIG_IGN);
    world.store = open_store(world.path());
    const rlimit limit{32 * 1024, 32 * 1024};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      std::vector<Incoming> many;
      for (int i = 10; i < 2000; ++i) many.push_back(incoming(std::to_string(i), std::to_string(i) + kAnn));
      world.sync(many);
    } catch (const std::exception& error) {
      const std::string what = error.what();
      _exit(what.find("full") != std::string::npos || what.find("disk I/O") != std::string::npos ? 42 : 43);
    }
    _exit(44);
  }
  int how = 0;
  waitpid(child, &how, 0);
  REQUIRE(WIFEXITED(how));
  CHECK(WEXITSTATUS(how) == 42);
  world.open();
  CHECK(state_of(world) == before);
  world.sync({incoming("4", "dan@example.com")});
  CHECK(world.contact("dan@example.com"));
}
