// Everything that changes a store: an interface, so that another backend can pass the same conformance suite. Every
// method is one transaction, durable when it returns. Belongs to one thread; implemented by sqlite_store.h.
#pragma once

#include <array>

#include "core/domain/brake.h"
#include "core/domain/operator_rules.h"
#include "core/store/arrival_buffer.h"
#include "core/store/reader.h"

namespace crmsync::store {

// One record as looked up for decide(): what the mirror says and the contacts it concerns.
struct LookedUp {
  std::optional<domain::CrmRecord> mirror;
  Id record = 0;                  // of the mirror row, 0: none
  std::uint64_t fingerprint = 0;  // of what the mirror saw last
  Id last_run = 0;                // the run that wrote the mirror row last
  Id linked_contact = 0;
  Id target_contact = 0;       // of the remote's address; 0: there is none yet
  bool target_is_new = false;  // the target was made by the same run
  std::vector<domain::Suppression> linked;
  std::vector<domain::Suppression> target;
  std::vector<domain::MergedRecord> merged;
  Id held_change = 0;  // a held change of an earlier run waits for this record, 0: none
  ChangeKind held_kind = ChangeKind::keep;
};

// A record together with its parsed address and fingerprint, as the engine passes it around.
struct Incoming {
  domain::RemoteRecord remote;
  std::string address;  // identity; empty: not an address
  std::uint64_t fingerprint = 0;
};

// A change that is staged for the brakes: it concerns a contact that existed before the run.
struct ChangeDraft {
  Incoming incoming;
  Id contact = 0;
  ChangeKind kind = ChangeKind::keep;
};

// What the brakes have to know about a staged plan; `changes` in contacts whose status would change.
struct PlanTotals {
  std::int64_t records = 0;  // live records of the connection
  std::int64_t resubscribe = 0;
  std::int64_t unsubscribe = 0;
  std::int64_t deletions = 0;
};

struct ApplyItem {
  Incoming incoming;
  domain::Decision decision;
  Id record = 0;  // LookedUp::record, linked_contact, target_contact, of the same transaction
  Id linked_contact = 0;
  Id target_contact = 0;  // 0: made if the decision links the record to an address
  Id change = 0;          // the staged change that this settles, 0: none
  bool approved = false;  // by a person: does not count towards the 24 hours
};

// How the CRM side of a run is closed.
struct RunEnd {
  RunState state = RunState::applied;
  RunCounts counts;
  std::int64_t api_calls = 0;
  std::string cursor;          // JSON text; empty: the connection's cursor stays
  bool complete_full = false;  // moves last_full_at
  bool polled = true;          // moves last_poll_at
  std::string error;
  std::string note;
  std::string doubt_token;
};

// One change by a person, an operator or the system to one contact. Exactly one of add / lift.
struct ContactChange {
  std::string account;
  std::string address;  // identity; a contact is made if there is none and `add` is set
  std::string display;
  std::optional<domain::Suppression> add;
  std::optional<domain::Suppression> lift;
  std::string detail;  // JSON object for the audit entry
};

// Somebody asks to lift what keeps a contact from being mailed: all of it, or one reason. domain.md, "Operators".
struct LiftOrder {
  Id contact = 0;
  domain::Actor actor = domain::Actor::operator_;
  std::optional<domain::Reason> only;  // support lifts one reason at a time
  std::string only_source;             // with `only`: this one of several; empty: whatever its source
  bool bulk = false;                   // one of many: every reason needs the confirmation
  bool permission_confirmed = false;
  bool has_ticket = false;
  std::string detail = "{}";  // JSON object for the audit entries: the statement, the ticket
  bool dry_run = false;       // tells what would happen, and nothing else
};

// Somebody asks for their data to be erased.
struct ForgetOrder {
  Id contact = 0;
  std::string detail = "{}";  // JSON object for the audit entry, without anything personal
};

struct ForgetOutcome {
  bool being_pushed = false;       // nothing was erased: a CRM is still to be told of their no
  std::vector<RecordRow> records;  // where CRMs still have the person: connection and external id
};

struct ImportRow;
struct JobDraft;
struct SelectionDraft;

struct LiftOutcome {
  domain::Status before = domain::Status::subscribed;
  domain::Status after = domain::Status::subscribed;
  std::vector<domain::Suppression> lifted;
  // Not empty: nothing was lifted, because a contact who would stay unsubscribed was not resubscribed.
  std::vector<std::pair<domain::Suppression, domain::Refusal>> refused;
};

class Store : public Reader {
 public:
  // Key for fingerprints, made once per store.
  virtual std::array<std::uint64_t, 2> fingerprint_key() = 0;
  // Brings accounts and connections in line with the configuration; what is gone stays, marked unconfigured.
  virtual void configure(std::span<const AccountSpec> accounts) = 0;

  // --- a run, in the order of its life ---
  // dry_run: a plan; it is never applied and its staging is dropped by discard_run.
  virtual Id begin_run(const std::string& connection, RunMode mode, RunTrigger trigger, Millis now, bool dry_run) = 0;
  // A run that a crash left behind.
  virtual std::optional<RunRow> unfinished_run(const std::string& connection) = 0;
  // What the CRM said last of every record that is neither deleted nor counted absent.
  virtual void fingerprints(const std::string& connection, const std::function<void(std::uint64_t)>& fn) = 0;
  virtual std::vector<LookedUp> look_up(Id run, std::span<const Incoming> incoming) = 0;
  // `spool`: records without a braked change (new ones, mirror updates); `changes`: the others.
  virtual void stage(Id run, std::span<const Incoming> spool, std::span<const ChangeDraft> changes) = 0;
  // Records that are new to connection and account and arrive plainly; no external id twice in a run. Empties the
  // buffer.
  virtual void stage_arrivals(Id run, ArrivalBuffer& buffer) = 0;
  // Held changes whose record the CRM has touched again: the change follows its record.
  virtual void follow_held(std::span<const std::pair<Id, Incoming>> changes) = 0;
  // Drops everything that is staged: the fetch starts again.
  virtual void clear_stage(Id run) = 0;
  // Live records that the finished fetch of a full run did not deliver; `delivered` is asked by the fingerprint of what
  // the mirror has. `absences` counts the complete full syncs in a row without it, before this one.
  virtual void absent(Id run, const std::function<bool(std::uint64_t)>& delivered,
                      const std::function<void(const std::string& external_id, Id contact, int absences)>& fn) = 0;
  // Counts one more complete full sync without these records.
  virtual void mark_absent(Id run, std::span<const std::string> external_ids) = 0;
  // Staged changes whose record was also seen unchanged in the same run (a duplicate row): removed; returns how many.
  virtual std::int64_t drop_duplicates(Id run, const std::function<bool(std::uint64_t)>& seen) = 0;
  virtual PlanTotals plan_totals(Id run) = 0;
  virtual domain::ChangeCounts applied_since(const std::string& connection, Millis since) = 0;
  // Holds each kind for which the verdict says so: the changes become held, contacts that they would unsubscribe are
  // put on hold. Also moves the run to its applying phase: what is staged is final from here on.
  virtual std::int64_t seal_plan(Id run, const domain::BrakeVerdict& verdict, const RunEnd& planned_end,
                                 Millis now) = 0;
  virtual std::optional<RunEnd> sealed_end(Id run) = 0;
  // The next staged records that wait to be applied; settled ones are gone. Empty: done.
  struct StagedBatch {
    Id spool = 0;  // the spool chunk they came from, 0: they are changes
    std::vector<Incoming> incoming;
    std::vector<Id> changes;  // parallel to incoming where spool is 0
  };
  // Applies the next staged arrivals, before everything else that is staged; one transaction. False: none was left.
  // `opted_out_only`: the fetch may be incomplete, so only opt-outs that it saw count.
  virtual bool apply_arrivals(Id run, bool opted_out_only, const Actor& actor, Millis now) = 0;
  virtual StagedBatch next_staged(Id run, std::size_t limit) = 0;
  // One transaction: mirror, suppressions, audit, outbox, and that the batch is done. Counts go into the run.
  virtual RunCounts apply(Id run, Id spool, std::span<const ApplyItem> items, const Actor& actor, Millis now) = 0;
  virtual void finish_run(Id run, const RunEnd& end, Millis now) = 0;
  virtual void discard_run(Id run) = 0;

  // --- held runs ---
  // approve: the run's held changes become staged again (next_staged); holds stay until each is applied.
  virtual std::int64_t approve_changes(Id run) = 0;
  // Held runs with approved changes that wait to be applied (a crash may have come in between).
  virtual std::vector<Id> approved_runs(const std::string& connection) = 0;
  // Ends a held run of which nothing is held any more.
  virtual void settle_held(Id run, RunState state, Millis now) = 0;
  // A held change that no longer fits is closed with a note and its contact released.
  virtual void close_changes(Id by_run, std::span<const Id> changes, ChangeState state, const std::string& note,
                             const Actor& actor, Millis now) = 0;
  // reject: the mirror takes what the CRM said, nothing else happens; contacts are released.
  virtual void reject_run(Id run, const Actor& actor, Millis now) = 0;
  virtual void accept_doubt(const std::string& connection, const std::string& token) = 0;
  virtual void set_attention(const std::string& connection, const std::string& why) = 0;

  // --- people, operators, events ---
  // Each change: the contact's status before and after; nullopt where nothing changed.
  struct Changed {
    Id contact = 0;
    domain::Status before = domain::Status::subscribed;
    domain::Status after = domain::Status::subscribed;
    bool changed = false;  // something was added or lifted
  };
  virtual std::vector<Changed> change_contacts(std::span<const ContactChange> changes, const Actor& actor,
                                               Millis now) = 0;
  // By the account's settings as configure() was told them. The contact exists.
  virtual LiftOutcome lift(const LiftOrder& order, const Actor& actor, Millis now) = 0;

  // A new key signs the links of contacts; with `retire` links that were made before are dead.
  virtual void rotate_link_key(bool retire, Millis now) = 0;
  // Erases what names the person and keeps a keyed hash of the address, which is unsubscribed if it comes back.
  virtual ForgetOutcome forget(const ForgetOrder& order, const Actor& actor, Millis now) = 0;

  // --- many contacts at once (jobs.h) ---
  // A selection is made in pieces and then frozen; what nobody takes up within a day is dropped.
  virtual Id begin_selection(const SelectionDraft& draft, Millis now) = 0;
  virtual void extend_selection(Id selection, std::span<const Id> contacts) = 0;
  virtual void freeze_selection(Id selection, const std::string& summary) = 0;
  virtual Id begin_job(const JobDraft& draft, Millis now) = 0;  // the selection is frozen
  // The rows of an import come from whoever reads the file; `place` says where that is, in the reader's words.
  virtual Id begin_import(const JobDraft& draft, const std::string& account, const std::string& place, Millis now) = 0;
  // `last`: the file is at its end; `doubt`: and seems to be cut, so that nobody is surely missing from it.
  virtual void import_rows(Id job, std::span<const ImportRow> rows, const std::string& place, bool last,
                           const std::string& doubt, Millis now) = 0;
  virtual std::vector<std::string> open_imports() = 0;  // the places of imports that still read their file
  virtual void break_off_job(Id job, const std::string& why,
                             Millis now) = 0;                     // it cannot go on: cancelled, with a note
  virtual std::optional<JobRow> next_job() = 0;                   // that waits or runs; the oldest
  virtual bool decide_job(Id job, bool approve, Millis now) = 0;  // false: it is not held
  virtual bool work_on_job(Id job, Millis now) = 0;               // the next few contacts; false: it is over
  virtual bool cancel_job(Id job, Millis now) = 0;                // false: it was over

  virtual std::vector<EventOutcome> add_events(std::span<const EventIn> events, const domain::StrikeRules& rules,
                                               Millis now) = 0;
  // Lifts deferrals whose time is over; returns how many.
  virtual std::int64_t expire(const domain::StrikeRules& rules, Millis now, std::size_t limit) = 0;

  // --- the index of names and searches (search_index.h) ---
  // Takes in at most so many contacts that it lacks; returns how many, 0: it lacks none.
  virtual std::size_t index_contacts(std::size_t most) = 0;

  // --- outbox ---
  virtual std::vector<PushRow> due_pushes(const std::string& connection, Millis now, std::size_t limit) = 0;
  // When the connection's next push is due; nullopt: none.
  virtual std::optional<Millis> next_push_at(const std::string& connection) = 0;
  // Marks records as "sent" before the CRM is told, so that an echo is recognised even after a crash in between.
  virtual void mark_sending(std::span<const Id> pushes) = 0;
  virtual void settle_pushes(std::span<const PushUpdate> updates, Millis now) = 0;
  virtual bool retry_push(Id push, Millis now) = 0;
};

}  // namespace crmsync::store
