// Many contacts at once, as plain rows: a selection is a frozen list of contacts, a job is what is done to each of
// them. Jobs are durable: a store that was killed in the middle goes on where it was. Used by the engine and the API.
#pragma once

#include "core/store/types.h"

namespace crmsync::store {

// What a selection was made of; its contacts are frozen from then on.
struct SelectionDraft {
  std::string account;
  std::string what;  // JSON object for people: {"ids":3}, {"filter":{...}}, {"run":"12"}
  std::string who;
};

struct SelectionRow {
  Id id = 0;
  std::string account;
  std::string what;
  std::string who;
  std::string summary;  // JSON object: how many contacts of each status and reason there were
  Millis made_at = 0;
  std::int64_t count = 0;
  bool frozen = false;
};

// lift: support, one reason with a ticket. undo: takes back what a run or another job has done. import: reads a file of
// contacts. archive: unsubscribes whom an import did not list.
enum class JobKind { resubscribe, unsubscribe, lift, undo, import, archive };
// held: an archive over its limit, which waits for a person; its contacts are on hold.
enum class JobState { waiting, running, held, done, cancelled, rejected };
inline bool is_over(JobState state) noexcept { return state >= JobState::done; }
// import: read, then compare with who is in the account. archive: hold, apply, or release after it was rejected.
enum class JobPhase { read, compare, hold, apply, release };

std::string_view to_string(JobKind kind) noexcept;
std::string_view to_string(JobState state) noexcept;
std::string_view to_string(JobPhase phase) noexcept;

// What became of one contact. From refused_crm on nothing was changed.
enum class Outcome : std::uint8_t {
  waiting,
  resubscribed,         // subscribed again
  unsubscribed,         // not subscribed any more
  already,              // was as asked before
  restored,             // undo: something was put back or lifted, and the status is what it was
  created,              // import: a new contact, subscribed
  listed,               // import: was there, and subscribed
  invalid,              // import: a row that cannot be taken
  suppressed,           // import: listed as subscribed, and stays unsubscribed for a reason of its own
  kept,                 // lifted, and still unsubscribed: the CRM owns the no from here on
  refused_crm,          // has to be done in the CRM
  refused_contact,      // only the person can
  refused_support,      // only support can
  refused_forbidden,    // the account forbids its operators to resubscribe
  refused_unconfirmed,  // no confirmation of permission
  refused_ticket,       // support without a ticket
  on_hold,              // a held run or a flipping record holds it
  changed_since,        // undo: somebody has changed it since
  gone,                 // the contact was erased
};
inline constexpr Outcome kLastOutcome = Outcome::gone;

std::string_view to_string(Outcome outcome) noexcept;
inline bool refused(Outcome outcome) noexcept { return outcome >= Outcome::refused_crm; }

struct ContactOutcome {
  Outcome outcome = Outcome::waiting;
  std::optional<domain::Reason> reason;  // the suppression that decided, where one did
  bool operator==(const ContactOutcome&) const = default;
};

struct JobDraft {
  JobKind kind = JobKind::resubscribe;
  Id selection = 0;
  Actor actor;                           // as the audit entries name it
  std::optional<domain::Reason> reason;  // lift
  bool permission_confirmed = false;
  bool has_ticket = false;
  bool dry_run = false;          // tells each outcome, changes nobody
  std::string detail;            // JSON object for the audit entries: statement, note, ticket
  Id undoes = 0;                 // undo: what, as Audit::run has it
  bool archive_missing = false;  // import
};

struct JobCount {
  ContactOutcome outcome;
  std::int64_t contacts = 0;
};

struct JobRow {
  Id id = 0;
  std::string account;
  JobDraft draft;
  JobState state = JobState::waiting;
  JobPhase phase = JobPhase::apply;
  std::int64_t total = 0;  // below 0: not known yet
  std::int64_t done = 0;
  std::vector<JobCount> counts;
  Millis created_at = 0;
  std::optional<Millis> started_at;
  std::optional<Millis> finished_at;
  std::string note;   // why it is held
  Id follow_up = 0;   // import: the archive job that came of it
  std::string place;  // import: how far the file is read, in the reader's words
  std::int64_t errors = 0;
};

// One row of an imported file.
struct ImportRow {
  std::uint64_t line = 0;
  std::string address;  // identity
  std::string display;
  std::string name;  // empty: the contact's stays
  bool opted_out = false;
  std::string error;  // not empty: why the row cannot be taken; nothing else of it counts
};

struct JobError {
  std::uint64_t line = 0;
  std::string message;
};

struct OutcomeRow {
  std::int64_t place = 0;  // in the selection, from 0
  Id contact = 0;
  std::string address;  // empty: erased
  ContactOutcome outcome;
};

// The audit log has one number for what changed a contact: a run's id, or a job's, below zero.
inline Id audit_number_of_job(Id job) noexcept { return -job; }

}  // namespace crmsync::store
