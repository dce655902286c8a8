// Everything that can be asked of a store. Implemented on a read-only connection (readers never wait for the writer)
// and by the writing store itself. Throws std::exception only when the store itself fails.
#pragma once

#include <functional>
#include <span>

#include "core/store/types.h"

namespace crmsync::store {

struct FeedPage;
struct FeedPlace;
struct JobError;
struct JobRow;
struct LinkKey;
struct MailState;
struct OutcomeRow;
struct SelectionRow;

class Reader {
 public:
  virtual ~Reader() = default;

  virtual std::vector<ConnectionState> connections() = 0;
  virtual std::optional<ConnectionState> connection(const std::string& id) = 0;

  // Newest first; `connection` empty: of all. `before`: only runs with a smaller id (0: from the newest).
  virtual std::vector<RunRow> runs(const std::string& connection, std::size_t limit, Id before) = 0;
  virtual std::optional<RunRow> run(Id id) = 0;
  // Every run that waits for a person, oldest first.
  virtual std::vector<RunRow> held_runs() = 0;
  // In order of id, after `after` (0: from the start).
  virtual std::vector<ChangeRow> changes(Id run, std::size_t limit, Id after) = 0;
  virtual std::int64_t change_count(Id run) = 0;

  // An unknown account gives an empty page. A cursor that is not ours gives nullopt.
  virtual std::optional<ContactPage> contacts(const ContactQuery& query) = 0;
  virtual ContactCounts counts(const std::string& account) = 0;
  // One for each day from `first` to `last` (days since the epoch, UTC), those before anything is known left out.
  virtual std::vector<DayCounts> history(const std::string& account, std::int64_t first, std::int64_t last) = 0;
  // With suppressions, records and holds.
  virtual std::optional<ContactRow> contact(Id id) = 0;
  virtual std::optional<ContactRow> contact(const std::string& account, const std::string& address) = 0;

  // For senders (mail_check.h). `addresses`: identities, an empty one is not known; one answer for each.
  virtual std::vector<MailState> mail_check(const std::string& account, std::span<const std::string> addresses) = 0;
  virtual FeedPlace end_of_feed() = 0;
  // What is new or changed behind a place; without one: everybody, as the beginning of a mirror.
  virtual FeedPage feed(const std::string& account, const std::optional<FeedPlace>& after, std::size_t limit) = 0;

  virtual std::vector<LinkKey> link_keys() = 0;  // the newest first: it signs, all are believed

  virtual std::vector<ConflictRow> conflicts(const std::string& account, std::size_t limit, Id after_contact) = 0;
  virtual std::int64_t conflict_count() = 0;
  virtual std::vector<PushRow> outbox(std::optional<PushState> state, std::size_t limit, Id after) = 0;
  virtual std::vector<PushRow> pushes_of(Id contact) = 0;
  struct OutboxSummary {
    std::string connection;
    std::map<PushState, std::int64_t> by_state;
    std::optional<Millis> oldest_open;  // created_at of the oldest push that is pending or sent
    std::int64_t overdue = 0;           // open or dead past their deadline
  };
  virtual std::vector<OutboxSummary> outbox_summary(Millis now) = 0;

  virtual std::optional<SelectionRow> selection(Id id) = 0;
  virtual std::optional<JobRow> job(Id id) = 0;
  // Newest first; before 0: from the newest.
  virtual std::vector<JobRow> jobs(const std::string& account, std::size_t limit, Id before) = 0;
  // In the order of the selection, from the place `from`.
  virtual std::vector<OutcomeRow> job_outcomes(Id job, std::size_t limit, std::int64_t from) = 0;
  // Rows of an imported file that could not be taken, after a line.
  virtual std::vector<JobError> job_errors(Id job, std::size_t limit, std::uint64_t after) = 0;
  // Contacts whose suppressions a run or a job (audit_number_of_job) has changed, in order of id.
  virtual std::vector<Id> changed_by(Id number, std::size_t limit, Id after) = 0;

  // In order of seq, after `after`; contact 0: of all. account empty: all.
  virtual std::vector<AuditRow> audit(const std::string& account, Id contact, std::size_t limit, Id after) = 0;
  // The same backwards, from the newest; before 0: from the end.
  virtual std::vector<AuditRow> audit_backwards(const std::string& account, Id contact, std::size_t limit,
                                                Id before) = 0;
  // The last entry that is not later than `at`, 0: none. Found by halving: if the clock was ever set back, it is one
  // near by.
  virtual Id last_entry_by(Millis at) = 0;
  // Walks the whole chain; stops at the first entry or link that does not fit.
  virtual AuditVerdict verify_audit() = 0;
};

}  // namespace crmsync::store
