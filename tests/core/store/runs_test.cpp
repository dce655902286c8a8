// Runs as they are kept and asked for, and what their end does to the connection.
#include <doctest/doctest.h>

#include <set>
#include <tuple>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Status;

namespace {

std::vector<Id> ids(const std::vector<RunRow>& rows) {
  std::vector<Id> all;
  for (const auto& row : rows) all.push_back(row.id);
  return all;
}

Id finished(World& world, const RunEnd& end, const std::string& connection = "crm", RunMode mode = RunMode::full) {
  const Id run = world.store->begin_run(connection, mode, RunTrigger::api, world.now, false);
  world.store->finish_run(run, end, world.now + 1500);
  return run;
}

std::vector<std::tuple<std::string, Id, int>> absent(World& world, const std::set<std::uint64_t>& delivered) {
  const Id run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, world.now, false);
  std::vector<std::tuple<std::string, Id, int>> all;
  world.store->absent(
      run, [&](std::uint64_t fingerprint) { return delivered.contains(fingerprint); },
      [&](const std::string& id, Id contact, int absences) { all.emplace_back(id, contact, absences); });
  std::vector<std::string> gone;
  for (const auto& [id, contact, absences] : all) gone.push_back(id);
  world.store->mark_absent(run, gone);
  world.store->finish_run(run, {}, world.now);
  return all;
}

std::size_t live_fingerprints(World& world) {
  std::size_t n = 0;
  world.store->fingerprints("crm", [&](std::uint64_t) { ++n; });
  return n;
}

}  // namespace

TEST_CASE("runs are listed newest first, of one connection or of all, page by page; plans are not") {
  World world;
  const Id a = finished(world, {});
  const Id b = finished(world, {}, "other");
  const Id c = finished(world, {});
  const Id plan = world.store->begin_run("crm", RunMode::full, RunTrigger::api, kNow, true);
  const Id d = finished(world, {});
  CHECK(ids(world.store->runs("", 10, 0)) == std::vector{d, c, b, a});
  CHECK(ids(world.store->runs("crm", 10, 0)) == std::vector{d, c, a});
  CHECK(ids(world.store->runs("crm", 2, 0)) == std::vector{d, c});
  CHECK(ids(world.store->runs("crm", 2, c)) == std::vector{a});
  CHECK(ids(world.store->runs("", 1, c)) == std::vector{b});
  CHECK(world.store->runs("nobody", 10, 0).empty());
  CHECK_FALSE(world.store->run(plan));
  CHECK_FALSE(world.store->run(999));
}

TEST_CASE("a run says how it was started and how it ended") {
  World world;
  RunEnd end;
  end.state = RunState::failed;
  end.counts = {7, 0, 3, 0, 0, 0, 0, 1, 2, 1, 0};
  end.api_calls = 12, end.error = "the CRM answered 500", end.note = "page 3", end.polled = false;
  const auto run = world.store->run(finished(world, end, "crm", RunMode::incremental));
  REQUIRE(run);
  CHECK(run->connection == "crm");
  CHECK(run->mode == RunMode::incremental);
  CHECK(run->trigger == RunTrigger::api);
  CHECK(run->state == RunState::failed);
  CHECK(run->phase == "done");
  CHECK(run->counts == end.counts);
  CHECK(run->api_calls == 12);
  CHECK(run->error == "the CRM answered 500");
  CHECK(run->note == "page 3");
  CHECK(run->started_at == kNow);
  CHECK(run->duration_ms == 1500);
}

TEST_CASE("the end of a run moves of its connection only what it says") {
  World world;
  RunEnd end;
  end.cursor = R"({"at":1})", end.complete_full = true;
  finished(world, end);
  const auto after_full = *world.store->connection("crm");
  CHECK(after_full.cursor == R"({"at":1})");
  CHECK(after_full.last_full_at == kNow + 1500);
  CHECK(after_full.last_poll_at == kNow + 1500);
  world.now += domain::kHour;
  SUBCASE("a run that failed: nothing") {
    world.store->set_attention("crm", "the password was refused");
    RunEnd failed;
    failed.state = RunState::failed, failed.polled = false;
    finished(world, failed);
    const auto now = *world.store->connection("crm");
    CHECK(now.cursor == R"({"at":1})");
    CHECK(now.last_full_at == kNow + 1500);
    CHECK(now.last_poll_at == kNow + 1500);
    CHECK(now.attention == "the password was refused");
  }
  SUBCASE("an incremental one: the cursor and the poll, and whoever was called need not come any more") {
    world.store->set_attention("crm", "the password was refused");
    RunEnd incremental;
    incremental.cursor = R"({"at":2})";
    finished(world, incremental, "crm", RunMode::incremental);
    const auto now = *world.store->connection("crm");
    CHECK(now.cursor == R"({"at":2})");
    CHECK(now.last_full_at == kNow + 1500);
    CHECK(now.last_poll_at == world.now + 1500);
    CHECK(now.attention.empty());
  }
  CHECK_FALSE(world.store->connection("other")->last_poll_at);
  CHECK_FALSE(world.store->connection("nobody"));
}

TEST_CASE("a doubt waits for a person until a later complete run has settled it") {
  World world;
  RunEnd doubt;
  doubt.state = RunState::held, doubt.doubt_token = "no record where there were 3", doubt.polled = false;
  const Id run = finished(world, doubt);
  CHECK(ids(world.store->held_runs()) == std::vector{run});
  world.store->accept_doubt("crm", doubt.doubt_token);
  CHECK(world.store->connection("crm")->accepted == doubt.doubt_token);
  RunEnd incremental;
  finished(world, incremental, "crm", RunMode::incremental);
  CHECK(world.store->held_runs().size() == 1);
  CHECK(world.store->connection("crm")->accepted == doubt.doubt_token);
  RunEnd complete;
  complete.complete_full = true;
  const Id settler = finished(world, complete);
  CHECK(world.store->held_runs().empty());
  CHECK(world.store->connection("crm")->accepted.empty());
  CHECK(world.store->run(run)->state == RunState::rejected);
  CHECK(world.store->run(run)->note.find("run " + std::to_string(settler)) != std::string::npos);
}

TEST_CASE("the brakes count what was applied within their window, but not what a person approved") {
  World world;
  world.sync({incoming("1", kAnn), incoming("2", kBea), incoming("3", "cid@example.com")});
  CHECK(world.store->applied_since("crm", 0) == domain::ChangeCounts{});
  world.now += domain::kHour;
  world.sync({incoming("1", kAnn, true), deleted("2")});
  CHECK(world.store->applied_since("crm", kNow) == domain::ChangeCounts{0, 2, 1});
  world.now += domain::kHour;
  world.sync({incoming("1", kAnn, false)});
  CHECK(world.store->applied_since("crm", kNow) == domain::ChangeCounts{1, 2, 1});
  CHECK(world.store->applied_since("crm", kNow + domain::kHour) == domain::ChangeCounts{1, 0, 0});
  CHECK(world.store->applied_since("other", 0) == domain::ChangeCounts{});
  const Id held = world.sync({incoming("3", "cid@example.com", true)}, {false, true, false});
  world.store->approve_changes(held);
  world.apply_staged(held, "crm", true);
  CHECK(world.status("cid@example.com") == Status::unsubscribed);
  CHECK(world.store->applied_since("crm", kNow) == domain::ChangeCounts{1, 2, 1});
}

TEST_CASE("a record that a full sync did not bring is counted absent, and seen again is not any more") {
  World world;
  const auto one = incoming("1", kAnn);
  const auto two = incoming("2", kBea);
  world.sync({one, two});
  const Id bea = world.contact(kBea)->id;
  CHECK(absent(world, {one.fingerprint, two.fingerprint}).empty());
  CHECK(absent(world, {one.fingerprint}) == std::vector{std::tuple(std::string("2"), bea, 0)});
  CHECK(live_fingerprints(world) == 1);  // what is absent is looked at when it comes back
  CHECK(absent(world, {one.fingerprint}) == std::vector{std::tuple(std::string("2"), bea, 1)});
  CHECK(world.status(kBea) == Status::subscribed);
  world.sync({two});
  CHECK(live_fingerprints(world) == 2);
  CHECK(absent(world, {one.fingerprint}) == std::vector{std::tuple(std::string("2"), bea, 0)});
}

TEST_CASE("of two rows with one id in a run one change is staged") {
  World world;
  world.sync({incoming("1", kAnn, false, 1000)});
  const Id run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, world.now, false);
  SUBCASE("the newer") {
    world.stage(run, {incoming("1", kAnn, true, 2000)});
    world.stage(run, {incoming("1", kAnn, true, 3000)});
    CHECK(world.store->changes(run, 10, 0).at(0).remote.modified_at == 3000);
  }
  SUBCASE("wherever it stands") {
    world.stage(run, {incoming("1", kAnn, true, 3000)});
    world.stage(run, {incoming("1", kAnn, true, 2000)});
    CHECK(world.store->changes(run, 10, 0).at(0).remote.modified_at == 3000);
  }
  CHECK(world.store->changes(run, 10, 0).size() == 1);
  CHECK(world.store->plan_totals(run).unsubscribe == 1);
}

TEST_CASE("a change whose record also came as we know it stays only if it is the newer, or the only no") {
  World world;
  const auto known_out = incoming("1", kAnn, true, 2000);
  const auto known_in = incoming("2", kBea, false, 2000);
  world.sync({known_out, known_in});
  const auto left = [&](const Incoming& changed) {
    const Id run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, world.now, false);
    world.stage(run, {changed});
    REQUIRE(world.store->changes(run, 10, 0).size() == 1);
    const auto dropped = world.store->drop_duplicates(run, [](std::uint64_t) { return true; });
    const auto n = static_cast<std::int64_t>(world.store->changes(run, 10, 0).size());
    CHECK(dropped + n == 1);
    world.store->discard_run(run);
    return n;
  };
  CHECK(left(incoming("1", kAnn, false, 2000)) == 0);
  CHECK(left(incoming("1", kAnn, false, 3000)) == 1);
  CHECK(left(incoming("1", kAnn, false)) == 0);
  CHECK(left(incoming("2", kBea, true, 2000)) == 1);
  CHECK(left(incoming("2", kBea, true)) == 1);
}

TEST_CASE("a plan that a crash left behind is dropped when somebody asks what is unfinished") {
  World world;
  const Id plan = world.store->begin_run("crm", RunMode::full, RunTrigger::api, kNow, true);
  world.stage(plan, {incoming("1", kAnn)});
  world.open();
  CHECK_FALSE(world.store->unfinished_run("crm"));
  CHECK(world.ask("SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM spool)") == 0);
}

TEST_CASE("a held change follows its record, page by page and in the words of the CRM") {
  World world;
  world.sync({incoming("1", kAnn), incoming("2", kBea)});
  const Id run = world.sync({incoming("1", kAnn, true), incoming("2", kBea, true)}, {false, true, false});
  const auto first = world.store->changes(run, 1, 0);
  REQUIRE(first.size() == 1);
  const auto second = world.store->changes(run, 1, first[0].id);
  REQUIRE(second.size() == 1);
  CHECK(second[0].external_id == "2");
  CHECK(second[0].address == kBea);
  CHECK(second[0].connection == "crm");
  CHECK(world.store->changes(run, 1, second[0].id).empty());
  auto again = incoming("2", kBea, true, 5000);
  again.remote.evidence = "Do not mail = yes";
  world.store->follow_held(std::vector{std::pair(second[0].id, again)});
  CHECK(world.store->changes(run, 1, first[0].id)[0].remote == again.remote);
  const Id next = world.store->begin_run("crm", RunMode::full, RunTrigger::once, kNow, false);
  const auto known = world.store->look_up(next, std::vector{again}).front();
  CHECK(known.held_change == second[0].id);
  CHECK(known.held_kind == ChangeKind::unsubscribe);
  CHECK(known.fingerprint == again.fingerprint);
  CHECK(known.mirror->opted_out == false);  // its base stays
}

TEST_CASE("a mirror comes back as it was written") {
  World world;
  auto unknown = incoming("2", kBea, std::nullopt, 77);
  auto no_address = incoming("3", "", true);
  world.sync({incoming("1", kAnn, true, 1'234'567), unknown, no_address, incoming("5", kBea)});
  world.sync({deleted("1")});
  const Id run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, kNow, false);
  const auto known =
      world.store->look_up(run, std::vector{incoming("1", kBea), unknown, no_address, incoming("4", kAnn)});
  REQUIRE(known[0].mirror);
  CHECK(*known[0].mirror == domain::CrmRecord{"crm", "1", kAnn, true, 1'234'567, true, domain::PushMark::none});
  CHECK(known[0].linked_contact == world.contact(kAnn)->id);
  CHECK(known[0].target_contact == world.contact(kBea)->id);
  CHECK(known[0].linked == world.contact(kAnn)->suppressions);
  CHECK(known[0].target.empty());
  // Nothing is decided about who is not known to be opted out or not: mirrored, without a contact.
  CHECK(*known[1].mirror == domain::CrmRecord{"crm", "2", "", std::nullopt, 77, false, domain::PushMark::none});
  CHECK(*known[2].mirror == domain::CrmRecord{"crm", "3", "", true, std::nullopt, false, domain::PushMark::none});
  CHECK(known[2].linked_contact == 0);
  CHECK_FALSE(known[3].mirror);
  CHECK(known[3].target_contact == world.contact(kAnn)->id);
}

TEST_CASE("a deferral ends by itself when its time is over, and not before") {
  World world;
  world.sync({incoming("1", kAnn)});
  for (int day = 0; day < 3; ++day) {
    world.event(domain::EventType::deferral, kAnn, std::to_string(day));
    world.now += domain::kDay;
  }
  REQUIRE(world.status(kAnn) == Status::unsubscribed);
  world.now += 13 * domain::kDay;
  CHECK(world.store->expire({}, world.now - 1, 10) == 0);
  CHECK(world.store->expire({}, world.now, 10) == 1);
  CHECK(world.status(kAnn) == Status::subscribed);
  CHECK(world.store->expire({}, world.now, 10) == 0);
  world.event(domain::EventType::deferral, kAnn, "late");  // the earlier strikes are spent
  CHECK(world.status(kAnn) == Status::subscribed);
}
