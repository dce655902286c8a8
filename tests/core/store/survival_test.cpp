// What a store survives: power cuts, being killed and full or broken disks, at every single write of a run.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/core/store/failing_disk.h"
#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

const std::string kCid = "cid@example.com";
const std::string kDan = "dan@example.com";
const std::string kEve = "eve@example.com";
const std::string kCursor = R"({"page":9})";

// Before: Ann and Bea subscribed, Bea has said no, Cid is opted out in the CRM.
void begin_with(World& world) {
  world.sync({incoming("1", kAnn), incoming("2", kBea), incoming("3", kCid, true)});
  world.unsubscribe(kBea);
}

// A run with something of everything: arrivals, new records at known addresses, an opt-out that is within its limit,
// a re-activation that is held, a push to a record that meets a no.
void fetch(World& world, Id run) {
  ArrivalBuffer arrivals;
  arrivals.add(incoming("4", kDan, true));
  arrivals.add(incoming("5", kEve));
  world.store->stage_arrivals(run, arrivals);
  world.stage(run, {incoming("1", kAnn, true), incoming("3", kCid, false), incoming("6", kBea), incoming("7", kAnn)});
}

// From wherever the run was left to its end, as the engine does after a restart.
void carry_on(World& world) {
  auto left = world.store->unfinished_run("crm");
  if (!left && world.store->connection("crm")->cursor == kCursor) return;
  const Id run = left ? left->id : world.store->begin_run("crm", RunMode::full, RunTrigger::schedule, world.now, false);
  if (!world.store->sealed_end(run)) {
    world.store->clear_stage(run);
    fetch(world, run);
    RunEnd end;
    end.cursor = kCursor;
    world.store->seal_plan(run, {true, false, false}, end, world.now);
  }
  while (world.store->apply_arrivals(run, false, kCrm, world.now)) {
  }
  world.apply_staged(run);
  world.store->finish_run(run, *world.store->sealed_end(run), world.now);
}

// The cursor has moved only if everything that the run was to apply is there.
bool cursor_is_ahead(World& world) {
  if (world.store->connection("crm")->cursor != kCursor) return false;
  const auto dan = world.contact(kDan);
  return !dan || dan->status != Status::unsubscribed || !world.contact(kEve) ||
         world.status(kAnn) != Status::unsubscribed || world.contact(kAnn)->records.size() != 2 ||
         world.contact(kBea)->records.size() != 2;
}

struct Undisturbed {
  Undisturbed() {
    begin_with(before);
    before.store.reset();
    World world(before.folder);
    carry_on(world);
    after = world.state();
  }
  World before;
  std::string after;
};

// `job` in a process of its own; true: it came to its end, false: it was killed.
template <class Job>
bool survives(Job job) {
  const pid_t child = fork();
  if (child == 0) {
    job();
    _exit(0);
  }
  int how = 0;
  waitpid(child, &how, 0);
  CHECK((WIFSIGNALED(how) ? WTERMSIG(how) == SIGKILL : WEXITSTATUS(how) == 0));
  return WIFEXITED(how);
}

}  // namespace

TEST_CASE("what a call has done is on the disk when it returns, and a power cut takes nothing back") {
  FailingDisk disk;
  World world;
  const auto survives_a_power_cut = [&](const std::string& what) {
    CAPTURE(what);
    World dark;
    dark.store.reset();
    for (const auto& file : std::filesystem::directory_iterator(dark.folder)) std::filesystem::remove(file);
    disk.after_power_cut(dark.folder);
    dark.open();
    CHECK(dark.state() == world.state());
    CHECK(dark.damage() == "");
  };
  begin_with(world);
  survives_a_power_cut("a run and an unsubscribe");
  world.event(domain::EventType::hard_bounce, kAnn, "e1");
  survives_a_power_cut("an event");
  const Id run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, kNow, false);
  survives_a_power_cut("the begin of a run");
  fetch(world, run);
  survives_a_power_cut("a fetch");
  RunEnd end;
  end.cursor = kCursor;
  world.store->seal_plan(run, {true, false, false}, end, kNow);
  survives_a_power_cut("a sealed plan");
  REQUIRE(world.store->apply_arrivals(run, false, kCrm, kNow));
  survives_a_power_cut("a batch of arrivals");
  REQUIRE(world.apply_next(run));
  survives_a_power_cut("a batch");
  world.apply_staged(run);
  world.store->finish_run(run, *world.store->sealed_end(run), kNow);
  survives_a_power_cut("the end of a run");
  const auto due = world.store->due_pushes("crm", kNow, 1);
  REQUIRE(due.size() == 1);
  world.store->mark_sending(std::vector{due[0].id});
  survives_a_power_cut("a push that is about to be sent");
  world.store->settle_pushes(std::vector{PushUpdate{due[0].id, PushState::sent, 1, kNow + 1000, ""}}, kNow);
  survives_a_power_cut("a push that was sent");
  world.store->approve_changes(run);
  survives_a_power_cut("a person's word");
}

TEST_CASE("killed at every second write, a run goes on to the same end, and its cursor is never ahead of it") {
  const Undisturbed calm;
  int deaths = 0;
  for (bool alive = false; !alive; deaths += 2) {
    CAPTURE(deaths);
    World world(calm.before.folder);
    world.store.reset();
    alive = survives([&] {
      FailingDisk disk;
      world.open();
      disk.fail_after(deaths, DiskFault::killed);
      carry_on(world);
    });
    world.open();
    REQUIRE(world.damage() == "");
    REQUIRE_FALSE(cursor_is_ahead(world));
    carry_on(world);
    REQUIRE(world.state() == calm.after);
    REQUIRE(world.store->verify_audit().ok);
  }
  CHECK(deaths > 20);
}

TEST_CASE("a disk that is full, or broken, at any write is an error that says so, and loses nothing") {
  const Undisturbed calm;
  DiskFault fault = DiskFault::full;
  std::string says = "full";
  bool restarted = true;
  int stride = 1;
  SUBCASE("full, and the daemon is started again") {}
  SUBCASE("full, and the same process goes on when there is room again") { restarted = false, stride = 3; }
  SUBCASE("broken, and the daemon is started again") { fault = DiskFault::broken, says = "disk I/O error", stride = 5; }
  int failures = 0;
  for (bool failed = true; failed; failures += stride) {
    CAPTURE(failures);
    FailingDisk disk;
    World world(calm.before.folder);
    disk.fail_after(failures, fault);
    std::string why;
    try {
      carry_on(world);
    } catch (const std::exception& error) {
      why = error.what();
    }
    failed = disk.has_failed();
    REQUIRE((why.find(says) != std::string::npos) == failed);
    REQUIRE_FALSE(cursor_is_ahead(world));
    disk.repair();
    if (restarted) world.open();
    REQUIRE(world.damage() == "");
    carry_on(world);
    REQUIRE(world.state() == calm.after);
    REQUIRE(world.store->verify_audit().ok);
  }
  CHECK(failures > 20);
}

TEST_CASE("while the disk is full what is there can still be read") {
  FailingDisk disk;
  World world;
  begin_with(world);
  disk.fail_after(0, DiskFault::full);
  CHECK_THROWS(world.unsubscribe(kAnn));
  CHECK(world.status(kAnn) == Status::subscribed);
  CHECK(world.store->counts("north").by_status[Status::unsubscribed] == 2);
  CHECK(open_reader(world.path())->contact("north", kBea)->reason == Reason::contact);
  disk.repair();
  world.unsubscribe(kAnn);
  CHECK(world.status(kAnn) == Status::unsubscribed);
}
