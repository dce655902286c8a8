// The log proves the store: after a long random history of everything that can happen, what the log says of every
// contact is what the store holds, and whoever touches an entry is found out. A program of its own, for its length.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include "core/store/jobs.h"
#include "core/store/replay.h"
#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::Reason;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int kOperations = 10'000;
#else
constexpr int kOperations = 100'000;
#endif
constexpr int kPeople = 400;
constexpr int kBatch = 50;  // operations of one transaction

class History {
 public:
  History() {
    auto accounts = world.accounts();
    accounts.push_back({"walkins", "Walk-ins", "one", true, {}});
    world.store->configure(accounts);
  }

  void run() {
    while (done < kOperations) {
      world.now += domain::kMinute * (1 + pick(90));
      switch (pick(12)) {
        case 0: sync(false); break;
        case 1: sync(true); break;
        case 2: people(); break;
        case 3: people(); break;
        case 4: events(); break;
        case 5: events(); break;
        case 6: job(JobKind::resubscribe); break;
        case 7: job(JobKind::unsubscribe); break;
        case 8: import(); break;
        case 9: settle(); break;
        case 10: undo(); break;
        default: expire_and_forget(); break;
      }
    }
  }

  World world;
  int done = 0;
  std::set<Id> erased;

 private:
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::string anybody() { return "u" + std::to_string(pick(kPeople)) + "@example.com"; }
  std::string account() {
    return std::vector<std::string>{"north", "south", "walkins"}[static_cast<std::size_t>(pick(3))];
  }

  void sync(bool may_hold) {
    std::vector<Incoming> records;
    std::set<int> ids;
    for (int i = 0; i < kBatch; ++i) {
      const int id = pick(kPeople);
      if (!ids.insert(id).second) continue;
      if (pick(20) == 0)
        records.push_back(deleted(std::to_string(id)));
      else
        records.push_back(incoming(std::to_string(id),
                                   pick(15) == 0 ? anybody() : "u" + std::to_string(id) + "@example.com",
                                   pick(30) == 0 ? std::nullopt : std::optional(pick(3) == 0)));
    }
    const bool hold = may_hold && pick(2) == 0;
    world.sync(records, {hold, hold, hold}, pick(2) == 0 ? "crm" : "per-address");
    done += static_cast<int>(records.size());
  }

  void people() {
    std::vector<ContactChange> changes;
    for (int i = 0; i < kBatch; ++i) {
      ContactChange one;
      one.account = account(), one.address = one.display = anybody(), one.detail = R"({"note":"x"})";
      const domain::Suppression word{pick(2) == 0 ? Reason::contact : Reason::manual, "somebody", world.now, "{}"};
      (pick(3) == 0 ? one.lift : one.add) = word;
      changes.push_back(std::move(one));
    }
    world.store->change_contacts(changes, kOperator, world.now);
    done += kBatch;
  }

  void events() {
    std::vector<EventIn> batch;
    for (int i = 0; i < kBatch; ++i) {
      EventIn one;
      one.account = account(), one.address = one.display = anybody(), one.at = world.now - pick(1000);
      one.type = static_cast<domain::EventType>(pick(static_cast<int>(domain::EventType::failed_validation) + 1));
      if (one.type == domain::EventType::spam_complaint && pick(10) != 0) one.type = domain::EventType::delivered;
      one.id = std::to_string(done + i), one.source = "provider", one.evidence = "{}";
      batch.push_back(std::move(one));
    }
    world.store->add_events(batch, {}, world.now);
    done += kBatch;
  }

  void work(Id job) {
    while (world.store->work_on_job(job, world.now)) {
    }
    last_job_ = job;
  }

  void job(JobKind kind, Id undoes = 0) {
    std::vector<Id> contacts = world.store->changed_by(undoes, 1000, 0);
    for (int i = 0; undoes == 0 && i < kBatch; ++i)
      if (const auto found = world.store->contact("walkins", anybody())) contacts.push_back(found->id);
    const Id selection = world.store->begin_selection({"walkins", "{}", "uid 7"}, world.now);
    world.store->extend_selection(selection, contacts);
    world.store->freeze_selection(selection, "{}");
    JobDraft draft;
    draft.kind = kind, draft.selection = selection, draft.actor = kOperator, draft.undoes = undoes;
    draft.permission_confirmed = pick(4) != 0, draft.dry_run = pick(5) == 0, draft.detail = R"({"statement":"asked"})";
    work(world.store->begin_job(draft, world.now));
    done += static_cast<int>(contacts.size());
  }

  void undo() {
    if (last_job_ != 0) job(JobKind::undo, audit_number_of_job(last_job_));
  }

  void import() {
    JobDraft draft;
    draft.actor = kOperator, draft.archive_missing = pick(3) == 0, draft.detail = "{}";
    const Id job = world.store->begin_import(draft, "walkins", "{}", world.now);
    std::vector<ImportRow> rows;
    for (int i = 0; i < (draft.archive_missing ? 4 * kBatch : kBatch); ++i) {
      ImportRow row;
      row.line = static_cast<std::uint64_t>(i) + 2, row.address = row.display = anybody(),
      row.opted_out = pick(20) == 0;
      rows.push_back(std::move(row));
    }
    world.store->import_rows(job, rows, "", true, "", world.now);
    done += static_cast<int>(rows.size());
    while (const auto next = world.store->next_job()) work(next->id);
    if (const auto follow_up = world.store->job(job)->follow_up; follow_up != 0)
      if (world.store->decide_job(follow_up, pick(2) == 0, world.now)) work(follow_up);
  }

  // Held runs are decided, and what waits for the CRM is told.
  void settle() {
    for (const auto& run : world.store->held_runs()) {
      if (pick(2) == 0) {
        world.store->reject_run(run.id, kOperator, world.now);
      } else {
        world.store->approve_changes(run.id);
        world.apply_staged(run.id, run.connection, true);
        world.store->settle_held(run.id, RunState::applied, world.now);
      }
    }
    for (const char* connection : {"crm", "per-address", "other"})
      for (const auto& push : world.store->due_pushes(connection, world.now, 200)) {
        world.store->mark_sending(std::vector{push.id});
        const auto state = pick(4) == 0 ? PushState::dead : PushState::sent;
        world.store->settle_pushes(std::vector{PushUpdate{push.id, state, 1, world.now + domain::kHour, ""}},
                                   world.now);
      }
    ++done;
  }

  void expire_and_forget() {
    world.store->expire({}, world.now, 1000);
    if (const auto found = world.store->contact(account(), anybody()); found && pick(3) == 0) {
      ForgetOrder order;
      order.contact = found->id;
      if (!world.store->forget(order, kOperator, world.now).being_pushed) erased.insert(found->id);
    }
    ++done;
  }

  std::mt19937 random_{20261124};
  Id last_job_ = 0;
};

// "integration crm:12" and so on, in order: what a contact is suppressed by.
std::vector<std::string> named(const std::vector<domain::Suppression>& suppressions) {
  std::vector<std::string> names;
  for (const auto& one : suppressions) names.push_back(std::string(domain::to_string(one.reason)) + " " + one.source);
  std::sort(names.begin(), names.end());
  return names;
}

std::map<Id, Replay> replay_all(Store& store) {
  std::map<Id, Replay> all;
  Id after = 0;
  for (bool more = true; more;) {
    const auto rows = store.audit("", 0, 5000, after);
    for (const auto& row : rows) all[row.contact].feed(row), after = row.seq;
    more = !rows.empty();
  }
  return all;
}

void compare(World& world, const std::map<Id, Replay>& told, const std::set<Id>& erased) {
  std::size_t contacts = 0;
  for (const auto* account : {"north", "south", "walkins"}) {
    ContactQuery query;
    query.account = account, query.limit = 1000;
    const auto page = world.store->contacts(query).value();
    REQUIRE(page.next.empty());
    for (const auto& row : page.contacts) {
      const auto contact = world.store->contact(row.id).value();
      const auto found = told.find(row.id);
      const Replay& log = found == told.end() ? Replay() : found->second;
      INFO("contact ", row.id, " ", log.problem());
      CHECK(log.problem().empty());
      CHECK(log.status() == contact.status);
      CHECK(log.reason() == contact.reason);
      CHECK(named(log.active()) == named(contact.suppressions));
      CHECK(log.holds().size() == contact.holds.size());
      ++contacts;
    }
  }
  CHECK(contacts > kPeople);
  for (const auto& [id, log] : told) CHECK(log.erased() == !world.store->contact(id).has_value());
  for (const Id id : erased) CHECK(told.at(id).erased());
}

// What somebody with the file, who has taken the triggers away, does to one entry.
void harm(World& world, const char* how) {
  auto db = world.raw();
  for (const char* trigger : {"audit_no_delete", "audit_no_update", "audit_no_replace"})
    db.exec("DROP TRIGGER IF EXISTS " + std::string(trigger));
  const auto middle = std::to_string(db.execAndGet("SELECT max(seq) / 2 FROM audit").getInt64());
  std::string sql = how;
  for (auto at = sql.find('?'); at != std::string::npos; at = sql.find('?')) sql.replace(at, 1, middle);
  db.exec(sql);
}

constexpr std::array<std::pair<const char*, const char*>, 4> kHarms{{
    {"an edited entry is found", "UPDATE audit SET who = 'nobody' WHERE seq = ?"},
    {"a deleted entry is found", "DELETE FROM audit WHERE seq = ?"},
    {"an inserted entry is found",
     "UPDATE audit SET seq = -seq WHERE seq > ?; UPDATE audit SET seq = 1 - seq WHERE seq < 0; INSERT INTO audit "
     "SELECT "
     "? + 1, at, who, origin, basis, action, account_id, contact_id, reason, source, before, after, run_id, detail, "
     "salt, "
     "detail_hash FROM audit WHERE seq = ?"},
    {"swapped entries are found",
     "UPDATE audit SET seq = -1 WHERE seq = ?; UPDATE audit SET seq = ? WHERE seq = ? + 1; UPDATE audit SET seq = ? + "
     "1 "
     "WHERE seq = -1"},
}};

}  // namespace

TEST_CASE("the state of every contact rebuilt from the log is the store's") {
  History history;
  history.run();
  REQUIRE(history.done >= kOperations);
  REQUIRE_FALSE(history.erased.empty());
  CHECK(history.world.damage().empty());
  compare(history.world, replay_all(*history.world.store), history.erased);
  history.world.open();
  REQUIRE(history.world.store->verify_audit().ok);
  history.world.store.reset();

  for (const auto& [name, how] : kHarms) {
    World copy(history.world.folder);
    harm(copy, how);
    INFO(name);
    CHECK_FALSE(copy.store->verify_audit().ok);
  }
}
