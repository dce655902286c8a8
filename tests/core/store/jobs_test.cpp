// Selections, jobs and undo as the store keeps them.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "core/store/job_rows.h"
#include "core/store/jobs.h"
#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;
using domain::Status;

namespace {

class Walkins : public World {
 public:
  Walkins() {
    auto specs = accounts();
    specs.push_back({"walkins", "Walk-ins", "two", true, {}});
    store->configure(specs);
  }

  Id add(const std::string& address, std::optional<Reason> reason) {
    const auto changed = change(address, reason.value_or(Reason::archived), std::nullopt, "walkins");
    if (!reason) change(address, std::nullopt, Reason::archived, "walkins");
    return changed.contact;
  }

  Id selection(const std::vector<Id>& contacts) {
    const Id id = store->begin_selection({"walkins", "{}", "uid 7"}, now);
    store->extend_selection(id, contacts);
    store->freeze_selection(id, "{}");
    return id;
  }

  JobRow run(JobKind kind, const std::vector<Id>& contacts, Id undoes = 0, bool confirmed = true) {
    JobDraft draft;
    draft.kind = kind, draft.selection = selection(contacts), draft.actor = kOperator;
    draft.permission_confirmed = confirmed, draft.detail = R"({"statement":"by phone"})", draft.undoes = undoes;
    const Id job = store->begin_job(draft, now);
    while (store->work_on_job(job, now)) {
    }
    return store->job(job).value();
  }

  std::vector<std::vector<domain::Suppression>> state(const std::vector<Id>& contacts) {
    std::vector<std::vector<domain::Suppression>> all;
    for (const Id id : contacts) {
      all.push_back(store->contact(id)->suppressions);
      std::sort(all.back().begin(), all.back().end(), [](auto& a, auto& b) { return a.reason < b.reason; });
    }
    return all;
  }
};

std::int64_t count(const JobRow& job, Outcome outcome) {
  std::int64_t n = 0;
  for (const auto& one : job.counts) n += one.outcome.outcome == outcome ? one.contacts : 0;
  return n;
}

}  // namespace

TEST_CASE("a job goes through its selection in steps, and each has its outcome") {
  Walkins world;
  std::vector<Id> contacts;
  for (std::size_t i = 0; i < jobs::kChunk + 3; ++i)
    contacts.push_back(world.add("u" + std::to_string(i) + "@example.com", Reason::manual));
  JobDraft draft;
  draft.selection = world.selection(contacts), draft.actor = kOperator, draft.detail = "{}";
  draft.permission_confirmed = true;
  const Id job = world.store->begin_job(draft, world.now);
  CHECK(world.store->next_job()->id == job);
  CHECK(world.store->work_on_job(job, world.now));
  CHECK(world.store->job(job)->done == static_cast<std::int64_t>(jobs::kChunk));
  SUBCASE("until it is done") {
    CHECK_FALSE(world.store->work_on_job(job, world.now));
    CHECK(world.store->job(job)->state == JobState::done);
    CHECK(count(*world.store->job(job), Outcome::resubscribed) == static_cast<std::int64_t>(contacts.size()));
    CHECK_FALSE(world.store->next_job());
    CHECK_FALSE(world.store->cancel_job(job, world.now));
  }
  SUBCASE("until it is cancelled") {
    CHECK(world.store->cancel_job(job, world.now));
    CHECK_FALSE(world.store->work_on_job(job, world.now));
    CHECK_FALSE(world.store->next_job());
    const auto rest = world.store->job_outcomes(job, 10, static_cast<std::int64_t>(jobs::kChunk));
    REQUIRE(rest.size() == 3);
    CHECK(rest.front().outcome.outcome == Outcome::waiting);
    CHECK(world.store->contact(rest.front().contact)->status == Status::unsubscribed);
  }
  SUBCASE("and goes on after a restart") {
    world.store.reset();
    world.store = open_store(world.path());
    CHECK(world.store->next_job()->id == job);
    CHECK_FALSE(world.store->work_on_job(job, world.now));
    CHECK(world.store->verify_audit().ok);
  }
}

TEST_CASE("a selection that nobody takes up is dropped after a day") {
  Walkins world;
  const Id old = world.selection({world.add("a@example.com", Reason::manual)});
  const Id used = world.run(JobKind::resubscribe, {}).draft.selection;
  world.now += domain::kDay + 1;
  world.selection({});
  CHECK_FALSE(world.store->selection(old));
  CHECK(world.store->selection(used));
}

TEST_CASE("an import that is cancelled while it compares leaves no job behind that nobody works on") {
  Walkins world;
  for (int i = 0; i < 2500; ++i) world.add("u" + std::to_string(i) + "@example.com", std::nullopt);
  JobDraft draft;
  draft.actor = kOperator, draft.archive_missing = true, draft.detail = "{}";
  const Id job = world.store->begin_import(draft, "walkins", "{}", world.now);
  CHECK(world.store->open_imports() == std::vector<std::string>{"{}"});
  world.store->import_rows(job, {}, "", true, "", world.now);
  CHECK(world.store->open_imports().empty());
  REQUIRE(world.store->work_on_job(job, world.now));
  const Id follow_up = world.store->job(job)->follow_up;
  REQUIRE(follow_up != 0);
  SUBCASE("the import") {
    CHECK(world.store->cancel_job(job, world.now));
    CHECK(world.store->job(follow_up)->state == JobState::cancelled);
  }
  SUBCASE("what follows it, which stays cancelled") {
    CHECK(world.store->cancel_job(follow_up, world.now));
    while (world.store->work_on_job(job, world.now)) {
    }
    CHECK(world.store->job(follow_up)->state == JobState::cancelled);
  }
  CHECK_FALSE(world.store->next_job());
  CHECK(world.store->counts("walkins").by_status[Status::subscribed] == 2500);
}

TEST_CASE("a held job that is cancelled twice lets everybody go") {
  Walkins world;
  std::vector<Id> contacts;
  for (int i = 0; i < 300; ++i) contacts.push_back(world.add("u" + std::to_string(i) + "@example.com", std::nullopt));
  JobDraft draft;
  draft.actor = kOperator, draft.archive_missing = true, draft.detail = "{}";
  const Id job = world.store->begin_import(draft, "walkins", "{}", world.now);
  world.store->import_rows(job, {}, "", true, "", world.now);
  while (const auto next = world.store->next_job()) world.store->work_on_job(next->id, world.now);
  const Id held = world.store->job(job)->follow_up;
  REQUIRE(world.store->job(held)->state == JobState::held);
  REQUIRE(world.store->contact(contacts.back())->status == Status::on_hold);
  CHECK(world.store->cancel_job(held, world.now));
  CHECK_FALSE(world.store->cancel_job(held, world.now));
  while (const auto next = world.store->next_job()) world.store->work_on_job(next->id, world.now);
  CHECK(world.store->job(held)->state == JobState::rejected);
  CHECK(world.store->counts("walkins").by_status[Status::subscribed] == 300);
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("undo of a job restores what was, whatever it was") {
  CHECK(rc::check([] {
    Walkins world;
    std::vector<Id> contacts;
    for (int i = 0; i < 3; ++i) {
      const std::string address = "u" + std::to_string(i) + "@example.com";
      contacts.push_back(world.add(address, std::nullopt));
      for (const auto& one : domain::all_reasons())
        if (one.reason != Reason::integration && *rc::gen::weightedElement<bool>({{3, false}, {1, true}}))
          world.add(address, one.reason);
    }
    const auto before = world.state(contacts);
    const auto kind = *rc::gen::element(JobKind::resubscribe, JobKind::unsubscribe);
    world.now += domain::kHour;
    const auto job = world.run(kind, contacts);
    const auto after = world.state(contacts);
    const auto changed = world.store->changed_by(audit_number_of_job(job.id), 10, 0);
    world.now += domain::kHour;
    const auto undone = world.run(JobKind::undo, changed, audit_number_of_job(job.id));
    RC_ASSERT(world.state(contacts) == before);
    const auto again = world.store->changed_by(audit_number_of_job(undone.id), 10, 0);
    world.run(JobKind::undo, again, audit_number_of_job(undone.id));
    if (kind == JobKind::resubscribe) RC_ASSERT(world.state(contacts) == after);
    RC_ASSERT(world.store->verify_audit().ok);
  }));
}
