#include "core/store/sqlite_store.h"

#include <sys/stat.h>

#include <cstring>

#include "core/store/apply.h"
#include "core/store/arrivals.h"
#include "core/store/audit_log.h"
#include "core/store/day_counts.h"
#include "core/store/forget.h"
#include "core/store/import_work.h"
#include "core/store/job_rows.h"
#include "core/store/job_work.h"
#include "core/store/lift.h"
#include "core/store/mail_queries.h"
#include "core/store/people.h"
#include "core/store/queries.h"
#include "core/store/search_index.h"
#include "core/store/spool_codec.h"
#include "core/store/staging.h"
#include "core/store/store_lock.h"

namespace crmsync::store {

namespace {

constexpr int kWriterCacheKib = 16 * 1024;
constexpr int kReaderCacheKib = 8 * 1024;

// Everything that Reader asks, on either kind of connection.
template <class Base>
class Reading : public Base {
 public:
  explicit Reading(std::unique_ptr<Database> db) : db_(std::move(db)) {}

  std::vector<ConnectionState> connections() override { return queries::connections(*db_, ""); }
  std::optional<ConnectionState> connection(const std::string& id) override {
    auto rows = queries::connections(*db_, id);
    if (id.empty() || rows.empty()) return std::nullopt;
    return rows.front();
  }
  std::vector<RunRow> runs(const std::string& connection, std::size_t limit, Id before) override {
    return queries::runs(*db_, connection, limit, before);
  }
  std::optional<RunRow> run(Id id) override { return queries::run(*db_, id); }
  std::vector<RunRow> held_runs() override { return queries::held_runs(*db_); }
  std::vector<ChangeRow> changes(Id run, std::size_t limit, Id after) override {
    return queries::changes(*db_, run, limit, after);
  }
  std::int64_t change_count(Id run) override { return queries::change_count(*db_, run); }
  std::optional<ContactPage> contacts(const ContactQuery& query) override { return queries::contacts(*db_, query); }
  ContactCounts counts(const std::string& account) override { return queries::counts(*db_, account); }
  std::vector<DayCounts> history(const std::string& account, std::int64_t first, std::int64_t last) override {
    return day_counts::read(*db_, account, first, last);
  }
  std::optional<ContactRow> contact(Id id) override { return queries::contact(*db_, id); }
  std::optional<ContactRow> contact(const std::string& account, const std::string& address) override {
    return queries::contact(*db_, account, address);
  }
  std::vector<MailState> mail_check(const std::string& account, std::span<const std::string> addresses) override {
    return mail::check(*db_, account, addresses);
  }
  FeedPlace end_of_feed() override { return mail::end_of_feed(*db_); }
  FeedPage feed(const std::string& account, const std::optional<FeedPlace>& after, std::size_t limit) override {
    return mail::feed(*db_, account, after, limit);
  }
  std::vector<LinkKey> link_keys() override { return mail::link_keys(*db_); }
  std::vector<ConflictRow> conflicts(const std::string& account, std::size_t limit, Id after_contact) override {
    return queries::conflicts(*db_, account, limit, after_contact);
  }
  std::int64_t conflict_count() override { return queries::conflict_count(*db_); }
  std::vector<PushRow> outbox(std::optional<PushState> state, std::size_t limit, Id after) override {
    return queries::outbox(*db_, state, limit, after);
  }
  std::vector<PushRow> pushes_of(Id contact) override { return queries::pushes_of(*db_, contact); }
  std::vector<Reader::OutboxSummary> outbox_summary(Millis now) override { return queries::outbox_summary(*db_, now); }
  std::optional<SelectionRow> selection(Id id) override { return store::jobs::selection(*db_, id); }
  std::optional<JobRow> job(Id id) override { return store::jobs::job(*db_, id); }
  std::vector<JobRow> jobs(const std::string& account, std::size_t limit, Id before) override {
    return store::jobs::list(*db_, account, limit, before);
  }
  std::vector<OutcomeRow> job_outcomes(Id job, std::size_t limit, std::int64_t from) override {
    return store::jobs::outcomes(*db_, job, limit, from);
  }
  std::vector<JobError> job_errors(Id job, std::size_t limit, std::uint64_t after) override {
    return store::jobs::errors(*db_, job, limit, after);
  }
  std::vector<Id> changed_by(Id number, std::size_t limit, Id after) override {
    return store::jobs::changed_by(*db_, number, limit, after);
  }
  std::vector<AuditRow> audit(const std::string& account, Id contact, std::size_t limit, Id after) override {
    return read_audit(*db_, account, contact, limit, after);
  }
  std::vector<AuditRow> audit_backwards(const std::string& account, Id contact, std::size_t limit, Id before) override {
    return read_audit_backwards(*db_, account, contact, limit, before);
  }
  Id last_entry_by(Millis at) override { return store::last_entry_by(*db_, at); }
  AuditVerdict verify_audit() override { return store::verify_audit(*db_); }

 protected:
  std::unique_ptr<Database> db_;
};

class SqliteReader final : public Reading<Reader> {
 public:
  using Reading::Reading;
};

// The first base goes last: the lock is released after the database is closed.
struct Locked {
  std::unique_ptr<StoreLock> lock;
};

class SqliteStore final : private Locked, public Reading<Store> {
 public:
  SqliteStore(std::unique_ptr<StoreLock> held, std::unique_ptr<Database> db)
      : Locked{std::move(held)}, Reading(std::move(db)) {}

  std::array<std::uint64_t, 2> fingerprint_key() override {
    Query query(*db_, "SELECT value FROM meta WHERE key = 'fingerprint_key'");
    query.step();
    std::array<std::uint64_t, 2> key{};
    const auto bytes = query.view(0);
    if (bytes.size() != sizeof key) throw StoreError("the store lacks its fingerprint key: it is damaged");
    std::memcpy(key.data(), bytes.data(), sizeof key);
    return key;
  }

  void configure(std::span<const AccountSpec> accounts) override {
    Transaction transaction(*db_);
    db_->exec("UPDATE connection SET configured = 0");
    for (const auto& account : accounts) configure_one(account);
    transaction.commit();
  }

  Id begin_run(const std::string& connection, RunMode mode, RunTrigger trigger, Millis now, bool dry_run) override {
    Query insert(
        *db_, "INSERT INTO run(connection_id, mode, trigger, state, dry_run, started_at) VALUES(?,?,?,'running',?,?)");
    insert.bind(connection_info(*db_, connection).id)
        .bind(to_string(mode))
        .bind(to_string(trigger))
        .bind(dry_run)
        .bind(now)
        .run();
    return db_->last_insert_id();
  }

  std::optional<RunRow> unfinished_run(const std::string& connection) override {
    // A plan that a crash left behind has nothing worth keeping.
    const Id id = connection_info(*db_, connection).id;
    Id found = 0;
    std::vector<Id> plans;
    {
      Query query(*db_, "SELECT id, dry_run FROM run WHERE connection_id = ? AND state = 'running' ORDER BY id");
      query.bind(id);
      while (query.step()) query.integer(1) != 0 ? plans.push_back(query.integer(0)) : void(found = query.integer(0));
    }
    for (const Id plan : plans) discard_run(plan);
    return found != 0 ? queries::run(*db_, found) : std::nullopt;
  }

  void fingerprints(const std::string& connection, const std::function<void(std::uint64_t)>& fn) override {
    Query query(*db_, "SELECT fingerprint FROM record WHERE connection_id = ? AND deleted = 0 AND absences = 0");
    query.bind(connection_info(*db_, connection).id);
    while (query.step()) fn(static_cast<std::uint64_t>(query.integer(0)));
  }

  std::vector<LookedUp> look_up(Id run, std::span<const Incoming> incoming) override {
    return staging::look_up(*db_, info(run), incoming);
  }
  void stage(Id run, std::span<const Incoming> spool, std::span<const ChangeDraft> changes) override {
    if (!spool.empty() || !changes.empty()) staging::stage(*db_, info(run), spool, changes);
  }
  void stage_arrivals(Id run, ArrivalBuffer& buffer) override {
    if (!buffer.empty()) arrivals::stage(*db_, info(run), buffer);
  }
  void follow_held(std::span<const std::pair<Id, Incoming>> changes) override { staging::follow_held(*db_, changes); }
  void clear_stage(Id run) override {
    merge_.reset();
    staging::clear(*db_, run);
  }
  void absent(Id run, const std::function<bool(std::uint64_t)>& delivered,
              const std::function<void(const std::string&, Id, int)>& fn) override {
    staging::absent(*db_, info(run), delivered, fn);
  }
  void mark_absent(Id run, std::span<const std::string> external_ids) override {
    applying::mark_absent(*db_, info(run), external_ids);
  }
  std::int64_t drop_duplicates(Id run, const std::function<bool(std::uint64_t)>& seen) override {
    return staging::drop_duplicates(*db_, info(run), seen);
  }
  PlanTotals plan_totals(Id run) override { return staging::totals(*db_, info(run)); }

  domain::ChangeCounts applied_since(const std::string& connection, Millis since) override {
    Query query(*db_,
                "SELECT coalesce(sum(auto_resubscribed), 0), coalesce(sum(auto_unsubscribed), 0), "
                "coalesce(sum(auto_deleted), 0) "
                "FROM run WHERE connection_id = ? AND started_at > ?");
    query.bind(connection_info(*db_, connection).id).bind(since).step();
    return {query.integer(0), query.integer(1), query.integer(2)};
  }

  std::int64_t seal_plan(Id run, const domain::BrakeVerdict& verdict, const RunEnd& end, Millis now) override {
    return staging::seal(*db_, info(run), verdict, end, now);
  }
  std::optional<RunEnd> sealed_end(Id run) override {
    Query query(*db_, "SELECT sealed FROM run WHERE id = ? AND phase = 'applying'");
    if (!query.bind(run).step()) return std::nullopt;
    return decode_end(query.view(0));
  }
  bool apply_arrivals(Id run, bool opted_out_only, const Actor& actor, Millis now) override {
    // Out of the member while it works: after a failure it is made anew behind what was committed.
    auto merge = std::move(merge_);
    if (!merge || merge->run() != run) merge = std::make_unique<arrivals::Merge>(*db_, run);
    if (!arrivals::apply(*db_, info(run), *merge, opted_out_only, actor, now)) return false;
    merge_ = std::move(merge);
    return true;
  }
  StagedBatch next_staged(Id run, std::size_t limit) override { return staging::next_staged(*db_, info(run), limit); }
  RunCounts apply(Id run, Id spool, std::span<const ApplyItem> items, const Actor& actor, Millis now) override {
    return applying::apply(*db_, info(run), spool, items, actor, now);
  }
  void finish_run(Id run, const RunEnd& end, Millis now) override { applying::finish(*db_, info(run), end, now); }

  void discard_run(Id run) override {
    Transaction transaction(*db_);
    Query(*db_, "DELETE FROM spool WHERE run_id = ?").bind(run).run();
    arrivals::clear(*db_, run);
    Query(*db_, "DELETE FROM change WHERE run_id = ?").bind(run).run();
    Query(*db_, "DELETE FROM run WHERE id = ?").bind(run).run();
    transaction.commit();
  }

  std::int64_t approve_changes(Id run) override { return applying::approve(*db_, run); }
  std::vector<Id> approved_runs(const std::string& connection) override {
    std::vector<Id> runs;
    Query query(*db_,
                "SELECT id FROM run WHERE connection_id = ? AND state = 'held' AND EXISTS(SELECT 1 FROM change WHERE "
                "run_id = run.id AND change.state = 'approved') ORDER BY id");
    query.bind(connection_info(*db_, connection).id);
    while (query.step()) runs.push_back(query.integer(0));
    return runs;
  }
  void settle_held(Id run, RunState state, Millis now) override {
    Transaction transaction(*db_);
    applying::settle_if_done(*db_, run, state, now);
    transaction.commit();
  }
  void close_changes(Id by_run, std::span<const Id> changes, ChangeState state, const std::string& note,
                     const Actor& actor, Millis now) override {
    applying::close_changes(*db_, info(by_run), changes, state, note, actor, now);
  }
  void reject_run(Id run, const Actor& actor, Millis now) override { applying::reject(*db_, info(run), actor, now); }
  void accept_doubt(const std::string& connection, const std::string& token) override {
    Query(*db_, "UPDATE connection SET accepted = ? WHERE name = ?").bind(token).bind(connection).run();
  }
  void set_attention(const std::string& connection, const std::string& why) override {
    Query(*db_, "UPDATE connection SET attention = ? WHERE name = ?").bind(why).bind(connection).run();
  }

  std::vector<Changed> change_contacts(std::span<const ContactChange> changes, const Actor& actor,
                                       Millis now) override {
    return people::change_contacts(*db_, changes, actor, now);
  }
  LiftOutcome lift(const LiftOrder& order, const Actor& actor, Millis now) override {
    UnitOfWork unit(*db_, actor, now);
    auto outcome = store::lift(unit, order);
    if (!order.dry_run) unit.commit();
    return outcome;
  }
  void rotate_link_key(bool retire, Millis now) override { mail::rotate_link_key(*db_, retire, now); }
  ForgetOutcome forget(const ForgetOrder& order, const Actor& actor, Millis now) override {
    return store::forget(*db_, order, actor, now);
  }
  Id begin_selection(const SelectionDraft& draft, Millis now) override {
    return store::jobs::begin_selection(*db_, draft, now);
  }
  void extend_selection(Id selection, std::span<const Id> contacts) override {
    store::jobs::extend_selection(*db_, selection, contacts);
  }
  void freeze_selection(Id selection, const std::string& summary) override {
    store::jobs::freeze_selection(*db_, selection, summary);
  }
  Id begin_job(const JobDraft& draft, Millis now) override { return store::jobs::begin_job(*db_, draft, now); }
  Id begin_import(const JobDraft& draft, const std::string& account, const std::string& place, Millis now) override {
    return store::jobs::begin_import(*db_, draft, account, place, now);
  }
  void import_rows(Id job, std::span<const ImportRow> rows, const std::string& place, bool last,
                   const std::string& doubt, Millis now) override {
    store::jobs::import_rows(*db_, job, rows, place, last, doubt, now);
  }
  std::vector<std::string> open_imports() override { return store::jobs::open_imports(*db_); }
  void break_off_job(Id job, const std::string& why, Millis now) override {
    Query(*db_, "UPDATE job SET state = 'cancelled', note = ?, finished_at = ? WHERE id = ?")
        .bind(why)
        .bind(now)
        .bind(job)
        .run();
  }
  bool decide_job(Id job, bool approve, Millis now) override { return store::jobs::decide(*db_, job, approve, now); }
  std::optional<JobRow> next_job() override { return store::jobs::next(*db_); }
  bool work_on_job(Id job, Millis now) override { return store::jobs::work(*db_, job, now); }
  bool cancel_job(Id job, Millis now) override { return store::jobs::cancel(*db_, job, now); }
  std::vector<EventOutcome> add_events(std::span<const EventIn> events, const domain::StrikeRules& rules,
                                       Millis now) override {
    return people::add_events(*db_, events, rules, now);
  }
  std::int64_t expire(const domain::StrikeRules& rules, Millis now, std::size_t limit) override {
    return people::expire(*db_, rules, now, limit);
  }

  std::size_t index_contacts(std::size_t most) override { return search_index::advance(*db_, most); }

  std::vector<PushRow> due_pushes(const std::string& connection, Millis now, std::size_t limit) override {
    return outbox::due(*db_, connection, now, limit);
  }
  std::optional<Millis> next_push_at(const std::string& connection) override {
    return outbox::next_at(*db_, connection);
  }
  void mark_sending(std::span<const Id> pushes) override { outbox::mark_sending(*db_, pushes); }
  void settle_pushes(std::span<const PushUpdate> updates, Millis now) override { outbox::settle(*db_, updates, now); }
  bool retry_push(Id push, Millis now) override { return outbox::retry(*db_, push, now); }

 private:
  std::unique_ptr<arrivals::Merge> merge_;  // of the run whose arrivals are being applied

  void configure_one(const AccountSpec& account) {
    const std::string& brand = account.brand.empty() ? account.id : account.brand;
    Query(
        *db_,
        "INSERT INTO account(name, title, brand, resubscribe_allowed) VALUES(?,?,?,?) ON CONFLICT(name) DO UPDATE SET "
        "title = excluded.title, brand = excluded.brand, resubscribe_allowed = excluded.resubscribe_allowed")
        .bind(account.id)
        .bind(account.name)
        .bind(brand)
        .bind(account.resubscribe_allowed)
        .run();
    for (const auto& connection : account.connections) configure_connection(account.id, connection);
  }

  void configure_connection(const std::string& account, const ConnectionSpec& spec) {
    {
      Query moved(
          *db_,
          "SELECT a.name FROM connection c JOIN account a ON a.id = c.account_id WHERE c.name = ? AND a.name <> ?");
      if (moved.bind(spec.id).bind(account).step())
        throw StoreError("the connection " + spec.id + " belongs to the account " + moved.text(0) +
                         " in the store and to " + account + " in the configuration; give it a new id there");
    }
    std::string_view push = "opt_out";
    if (spec.push == domain::PushPolicy::both) push = "both";
    if (spec.push == domain::PushPolicy::none || !spec.can_push) push = "none";
    Query(*db_,
          "INSERT INTO connection(name, account_id, push, per_address, deadline) SELECT ?, id, ?, ?, ? FROM account "
          "WHERE "
          "name = ? ON CONFLICT(name) DO UPDATE SET configured = 1, push = excluded.push, per_address = "
          "excluded.per_address, "
          "deadline = excluded.deadline")
        .bind(spec.id)
        .bind(push)
        .bind(spec.push_per_address)
        .bind(spec.push_deadline)
        .bind(account)
        .run();
  }

  RunInfo info(Id run) {
    Query query(*db_, "SELECT connection_id FROM run WHERE id = ?");
    if (!query.bind(run).step()) throw StoreError("the store does not know the run " + std::to_string(run));
    return {run, connection_info(*db_, query.integer(0))};
  }
};

}  // namespace

std::unique_ptr<Store> open_store(const std::string& path) {
  auto lock = std::make_unique<StoreLock>(path);
  const mode_t before = umask(0077);
  try {
    auto db = std::make_unique<Database>(path, Database::Access::write, kWriterCacheKib);
    umask(before);
    migrate(*db, path);
    return std::make_unique<SqliteStore>(std::move(lock), std::move(db));
  } catch (const SQLite::Exception& error) {
    umask(before);
    throw StoreError("cannot open the store " + path + ": " + error.what());
  }
}

std::unique_ptr<Reader> open_reader(const std::string& path) {
  return std::make_unique<SqliteReader>(std::make_unique<Database>(path, Database::Access::read_only, kReaderCacheKib));
}

}  // namespace crmsync::store
