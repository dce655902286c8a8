// What the store keeps, as plain rows. Used by everybody who reads or writes the store; no SQL, no JSON library.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/crm_record.h"
#include "core/domain/decide.h"
#include "core/domain/millis.h"
#include "core/domain/reason.h"
#include "core/domain/strikes.h"
#include "core/domain/suppression.h"

namespace crmsync::store {

using domain::Millis;
using Id = std::int64_t;

// --- accounts and connections as the configuration has them
// -----------------------------------------------------------
struct ConnectionSpec {
  std::string id;
  domain::PushPolicy push = domain::PushPolicy::opt_out;
  bool can_push = false;          // the connector is able to
  bool push_per_address = false;  // the opt-out belongs to the address: one push per address, not per record
  Millis push_deadline = 48 * domain::kHour;
};

struct AccountSpec {
  std::string id;
  std::string name;
  std::string brand;  // empty: a brand of its own
  bool resubscribe_allowed = false;
  std::vector<ConnectionSpec> connections;
};

struct ConnectionState {
  std::string id;
  std::string account;
  bool configured = true;
  std::string cursor;                  // JSON text; empty: none yet
  std::int64_t records = 0;            // live mirror records
  std::optional<Millis> last_poll_at;  // last completed run of any mode
  std::optional<Millis> last_full_at;  // last complete full run
  std::string accepted;                // doubt token that a person approved
  std::string attention;               // why it is stopped, empty if it is not
};

// --- runs
// --------------------------------------------------------------------------------------------------------------
enum class RunState { running, applied, held, rejected, failed };
enum class RunMode { incremental, full };
enum class RunTrigger { schedule, signal, api, once };

std::string_view to_string(RunState state) noexcept;
std::string_view to_string(RunMode mode) noexcept;
std::string_view to_string(RunTrigger trigger) noexcept;

struct RunCounts {
  std::int64_t fetched = 0;  // rows that the connector delivered
  std::int64_t added = 0;    // "new": records never seen before
  std::int64_t unchanged = 0;
  std::int64_t unsubscribed = 0;  // contacts whose status changed (a new contact that starts opted out counts)
  std::int64_t resubscribed = 0;
  std::int64_t kept_unsubscribed = 0;  // re-activated in the CRM, but another reason remains
  std::int64_t deleted = 0;            // records
  std::int64_t invalid = 0;            // no address, or rows that could not be read
  std::int64_t unknown = 0;            // opt-out unknown
  std::int64_t duplicates = 0;         // rows with an id that the same run had already
  std::int64_t held = 0;               // changes held back
  bool operator==(const RunCounts&) const = default;
};

struct RunRow {
  Id id = 0;
  std::string connection;
  RunMode mode = RunMode::full;
  RunTrigger trigger = RunTrigger::schedule;
  RunState state = RunState::running;
  RunCounts counts;
  std::int64_t api_calls = 0;
  Millis started_at = 0;
  std::int64_t duration_ms = 0;
  std::string error;        // empty: none
  std::string note;         // why held, superseded by which run, ...
  std::string doubt_token;  // held for a doubt about completeness: what approve accepts
  std::string phase;        // running: fetching | applying
};

// What one CRM record would change, or has changed, for a contact that existed before the run.
enum class ChangeKind { unsubscribe, resubscribe, deletion, keep };
enum class ChangeState { planned, applied, held, approved, rejected, skipped, withdrawn };

std::string_view to_string(ChangeKind kind) noexcept;
std::string_view to_string(ChangeState state) noexcept;

struct ChangeRow {
  Id id = 0;
  Id run = 0;
  std::string connection;
  std::string external_id;
  Id contact = 0;
  std::string address;
  ChangeKind kind = ChangeKind::keep;
  ChangeState state = ChangeState::planned;
  std::string note;
  domain::RemoteRecord remote;  // what the CRM said
};

// --- contacts
// ----------------------------------------------------------------------------------------------------------
struct RecordRow {
  std::string connection;
  std::string external_id;
  std::optional<bool> opted_out;
  std::optional<Millis> modified_at;
  bool deleted = false;
};

struct ContactRow {
  Id id = 0;
  std::string account;
  std::string address;  // identity
  std::string display;  // as first written
  std::string name;
  domain::Status status = domain::Status::subscribed;
  std::optional<domain::Reason> reason;
  Millis changed_at = 0;
  std::vector<domain::Suppression> suppressions;
  std::vector<RecordRow> records;
  std::vector<std::string> holds;  // why it is on hold: "held run 12", "flips"
};

// best: what is quick for a text: few contacts by address, many as they were added.
enum class ContactSort { address, changed, status, name, added, best };

struct ContactQuery {
  std::string account;
  std::string text;  // domain::TextSearch; empty: all
  std::optional<domain::Status> status;
  std::optional<domain::Reason> reason;  // any active suppression with it
  std::string connection;                // has a live record there
  std::optional<Millis> since, until;    // of the last change, both included
  ContactSort sort = ContactSort::address;
  bool bare = false;       // without suppressions: for long walks
  std::size_t limit = 50;  // 1..1000; 1..10,000 when bare
  std::string after;       // ContactPage::next
};

struct ContactPage {
  std::vector<ContactRow> contacts;  // with suppressions, without records
  // Empty: the end. A page may be shorter than its limit, even empty, and still have a next one: what no index knows is
  // looked for in a bounded number of contacts.
  std::string next;
};

struct ContactCounts {
  std::map<domain::Status, std::int64_t> by_status;
  std::map<domain::Reason, std::int64_t> by_reason;  // contacts with at least one active suppression of it
  bool operator==(const ContactCounts&) const = default;
};

// Counts as they stood when a day ended (UTC), or stand now.
struct DayCounts {
  std::int64_t day = 0;  // since the epoch
  ContactCounts counts;
  bool operator==(const DayCounts&) const = default;
};

struct ConflictRow {
  std::string connection;
  std::string external_id;
  Id contact = 0;
  std::string address;
  Millis since = 0;
  std::vector<domain::Reason> remaining;
};

// --- outbox
// ------------------------------------------------------------------------------------------------------------
enum class PushState { pending, sent, acknowledged, dead, superseded };
std::string_view to_string(PushState state) noexcept;

struct PushRow {
  Id id = 0;
  std::string connection;
  std::string external_id;  // empty: per address
  Id contact = 0;
  std::string address;  // identity
  domain::PushKind kind = domain::PushKind::opt_out;
  domain::Reason reason = domain::Reason::contact;
  PushState state = PushState::pending;
  int attempts = 0;
  Millis created_at = 0;
  Millis next_at = 0;
  Millis deadline_at = 0;
  std::string idempotency_key;
  std::string last_error;
};

// What became of one attempt (decided by core/sync/outbox_policy.h).
struct PushUpdate {
  Id id = 0;
  PushState state = PushState::pending;
  int attempts = 0;
  Millis next_at = 0;
  std::string last_error;
};

// --- audit
// ------------------------------------------------------------------------------------------------------------- Who
// changes something, from where and on what basis: goes with every write that changes a subscription.
struct Actor {
  std::string who;    // "connection harbour-csv", "uid 1000", "token ann", "event", "system"
  std::string from;   // "sync", "api", "ctl", "events"
  std::string basis;  // "crm", "person", "operator", "delivery", "expiry", "approval"
};

struct AuditRow {
  Id seq = 0;
  Millis at = 0;
  Actor actor;
  std::string action;  // add | lift | hold | release | erase
  std::string account;
  Id contact = 0;
  std::string reason;  // of the suppression; empty for hold/release
  std::string source;  // of the suppression
  domain::Status before = domain::Status::subscribed;
  domain::Status after = domain::Status::subscribed;
  Id run = 0;          // 0: not by a run; below zero: by a job (jobs.h)
  std::string detail;  // JSON object: evidence, statement, ticket. Personal data lives here only
};

struct AuditVerdict {
  bool ok = false;
  std::int64_t entries = 0;
  std::int64_t links = 0;
  std::string problem;  // the first one, naming the entry or link
};

// --- events
// ------------------------------------------------------------------------------------------------------------
struct EventIn {
  std::string id;  // of the sender; empty: derived from the content
  std::string account;
  domain::EventType type = domain::EventType::delivered;
  std::string address;  // identity
  std::string display;
  Millis at = 0;
  std::string source;
  std::string evidence;  // JSON object as text
};

struct EventOutcome {
  bool duplicate = false;
  bool suppressed = false;  // a suppression was added by it
  Id contact = 0;           // 0: the address is not a contact (yet)
};

}  // namespace crmsync::store
