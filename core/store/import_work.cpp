#include "core/store/import_work.h"

#include <map>

#include "core/domain/brake.h"
#include "core/domain/evidence.h"
#include "core/store/job_rows.h"
#include "core/store/people.h"

namespace crmsync::store::jobs {

using domain::Reason;
using domain::Status;
using domain::Suppression;

namespace {

constexpr std::size_t kCompared = 2000;  // contacts of one step of the comparison

Id account_of(Database& db, Id job) {
  Query query(db, "SELECT account_id FROM job WHERE id = ?");
  query.bind(job).step();
  return query.integer(0);
}

// One import's rows within one transaction.
class Importing {
 public:
  Importing(UnitOfWork& unit, const JobRow& job)
      : unit_(unit), job_(job), account_(account_of(unit.db(), job.id)), source_("import j" + std::to_string(job.id)) {}

  ContactOutcome take(const ImportRow& row, Id& contact) {
    contact = unit_.find_contact(account_, row.address);
    const bool is_new = contact == 0;
    if (is_new)
      contact = unit_.contact_for(account_, row.address, row.display, row.name);
    else
      rename(contact, row.name);
    if (job_.draft.archive_missing) mark(contact);
    return row.opted_out ? opt_out(row, contact) : list(contact, is_new);
  }

 private:
  void rename(Id contact, const std::string& name) {
    if (name.empty()) return;
    Query(unit_.db(), "UPDATE contact SET name = ?1 WHERE id = ?2 AND name <> ?1").bind(name).bind(contact).run();
  }

  void mark(Id contact) {
    Query(unit_.db(), "INSERT INTO import_listed VALUES(?,?) ON CONFLICT DO NOTHING").bind(job_.id).bind(contact).run();
  }

  // A no in a list is a person's, until somebody knows better: anything less could be lifted more easily than it was
  // said.
  ContactOutcome opt_out(const ImportRow& row, Id contact) {
    const std::string evidence = "{\"import\":" + domain::json_string("j" + std::to_string(job_.id)) +
                                 ",\"line\":" + std::to_string(row.line) + "}";
    const bool added =
        people::add_and_push(unit_, contact, {Reason::contact, source_, unit_.now(), evidence}, evidence);
    return {added ? Outcome::unsubscribed : Outcome::already, Reason::contact};
  }

  // To be listed ends what was only there because of not being listed, and nothing else.
  ContactOutcome list(Id contact, bool is_new) {
    const bool returned = people::lift_and_settle(unit_, contact, Reason::archived, "", job_.draft.detail);
    release_all(contact);
    const auto active = unit_.active(contact);
    if (!active.empty()) return {Outcome::suppressed, domain::shown_reason(active)};
    if (is_new) return {Outcome::created, std::nullopt};
    return returned ? ContactOutcome{Outcome::resubscribed, Reason::archived}
                    : ContactOutcome{Outcome::listed, std::nullopt};
  }

  void release_all(Id contact) {
    std::vector<Id> jobs;
    {
      Query query(unit_.db(), "SELECT ref FROM hold WHERE contact_id = ? AND cause = 'job'");
      query.bind(contact);
      while (query.step()) jobs.push_back(query.integer(0));
    }
    for (const Id job : jobs) unit_.release(contact, "job", job, job_.draft.detail);
  }

  UnitOfWork& unit_;
  const JobRow& job_;
  Id account_;
  std::string source_;
};

void write_error(Database& db, const JobRow& job, const ImportRow& row, std::int64_t& errors) {
  if (++errors > static_cast<std::int64_t>(kErrorsKept)) return;
  Query(db, "INSERT INTO job_error VALUES(?,?,?) ON CONFLICT DO NOTHING")
      .bind(job.id)
      .bind(row.line)
      .bind(row.error)
      .run();
}

void count_invalid(Database& db, Id job, std::int64_t rows) {
  if (rows == 0) return;
  Query(db, "INSERT INTO job_count VALUES(?,'invalid','',?) ON CONFLICT DO UPDATE SET n = n + excluded.n")
      .bind(job)
      .bind(rows)
      .run();
}

// Where the import goes on: to the comparison, if all of the file was there to be compared with.
void end_of_file(Database& db, const JobRow& job, const std::string& doubt, Millis now) {
  const bool compares = job.draft.archive_missing && doubt.empty();
  Query(db,
        "UPDATE job SET state = iif(?1, 'running', 'done'), phase = iif(?1, 'compare', 'read'), note = ?2, place = '', "
        "total = done, finished_at = iif(?1, NULL, ?3) WHERE id = ?4")
      .bind(compares)
      .bind(doubt.empty() ? "" : doubt + (job.draft.archive_missing ? " Nobody was archived." : ""))
      .bind(now)
      .bind(job.id)
      .run();
}

std::int64_t listed_by(Database& db, Id job) {
  Query query(db, "SELECT count(*) FROM (SELECT 1 FROM import_listed WHERE job_id = ? LIMIT 1)");
  query.bind(job).step();
  return query.integer(0);
}

std::int64_t number(Database& db, const char* sql, Id account, Millis since = 0) {
  Query query(db, sql);
  query.bind(account).bind(since).step();
  return query.integer(0);
}

// The brakes of a sync: of everybody in the account, in this job and in any 24 hours. domain.md, "Brakes".
std::string why_held(Database& db, Id account, std::int64_t missing, bool nobody_listed, Millis now) {
  if (nobody_listed) return "The file lists nobody.";
  const auto contacts = number(
      db, "SELECT coalesce(sum(n), 0) FROM counter WHERE account_id = ?1 AND key LIKE 'status:%' AND ?2 = 0", account);
  const auto before =
      number(db,
             "SELECT coalesce(sum(c.n), 0) FROM job j JOIN job_count c ON c.job_id = j.id AND c.outcome = "
             "'unsubscribed' WHERE j.account_id = ?1 AND j.kind = 'archive' AND j.approved = 0 AND "
             "j.created_at > ?2",
             account, now - domain::kDay);
  domain::ChangeCounts planned, applied;
  planned.unsubscribe = missing, applied.unsubscribe = before;
  if (!domain::check_brakes(domain::Limits{}, contacts, planned, applied).hold_unsubscribe) return "";
  return std::to_string(missing) + " contacts of " + std::to_string(contacts) +
         " would be unsubscribed, over the limit of " +
         std::to_string(domain::allowed(domain::Limits{}.max_unsubscribe, contacts)) + ".";
}

// The import has looked at everybody: who is missing is archived, or held for a person to look at.
void begin_archive(Database& db, const JobRow& import, Id account, Millis now) {
  Query missing(db, "SELECT selection_id, affected FROM job WHERE id = ?");
  missing.bind(import.follow_up).step();
  const Id selection = missing.integer(0);
  const auto subscribed = missing.integer(1);
  freeze_selection(db, selection, "{}");
  const std::string held = why_held(db, account, subscribed, listed_by(db, import.id) == 0, now);
  Query(db,
        "UPDATE job SET phase = ?, note = ?, total = (SELECT count FROM selection WHERE id = "
        "selection_id) WHERE id = ?")
      .bind(held.empty() || subscribed == 0 ? "apply" : "hold")
      .bind(subscribed == 0 ? "" : held)
      .bind(import.follow_up)
      .run();
  Query(db, "UPDATE job SET state = 'done', finished_at = ? WHERE id = ?").bind(now).bind(import.id).run();
  Query(db, "DELETE FROM import_listed WHERE job_id = ?").bind(import.id).run();
}

// The archive job to be, with its selection; nobody works on it until the comparison has filled it.
Id make_follow_up(Database& db, const JobRow& import, Millis now) {
  const Id made = insert_selection(
      db, {import.account, "{\"missing_in\":\"j" + std::to_string(import.id) + "\"}", import.draft.actor.who}, now);
  Query job(
      db,
      "INSERT INTO job(account_id, selection_id, kind, state, phase, confirmed, ticket, dry_run, detail, who, "
      "origin, basis, undoes, total, created_at) SELECT account_id, ?, 'archive', 'waiting', 'compare', 0, 0, 0, ?, "
      "who, origin, basis, 0, 0, ? FROM job WHERE id = ?");
  job.bind(made).bind("{\"import\":\"j" + std::to_string(import.id) + "\"}").bind(now).bind(import.id).run();
  const Id follow_up = db.last_insert_id();
  Query(db, "UPDATE job SET follow_up = ? WHERE id = ?").bind(follow_up).bind(import.id).run();
  return follow_up;
}

}  // namespace

Id begin_import(Database& db, const JobDraft& draft, const std::string& account, const std::string& place, Millis now) {
  Transaction transaction(db);
  JobDraft with = draft;
  with.kind = JobKind::import;
  with.selection = insert_selection(db, {account, "{\"import\":true}", draft.actor.who}, now);
  freeze_selection(db, with.selection, "{}");
  const Id job = insert_job(db, with, now);
  Query(db,
        "UPDATE job SET phase = 'read', total = -1, archive_missing = ?, place = ?, newest_contact = (SELECT "
        "coalesce(max(id), 0) FROM contact) WHERE id = ?")
      .bind(draft.archive_missing)
      .bind(place)
      .bind(job)
      .run();
  transaction.commit();
  return job;
}

std::vector<std::string> open_imports(Database& db) {
  std::vector<std::string> places;
  Query query(db, "SELECT place FROM job WHERE kind = 'import' AND phase = 'read' AND state IN ('waiting','running')");
  while (query.step()) places.push_back(query.text(0));
  return places;
}

void import_rows(Database& db, Id id, std::span<const ImportRow> rows, const std::string& place, bool last,
                 const std::string& doubt, Millis now) {
  const auto found = job(db, id);
  if (!found || is_over(found->state)) return;
  UnitOfWork unit(db, found->draft.actor, now, audit_number_of_job(id));
  Importing importing(unit, *found);
  std::vector<Id> contacts;
  std::vector<ContactOutcome> outcomes;
  std::int64_t errors = found->errors, invalid = 0;
  for (const auto& row : rows) {
    if (!row.error.empty()) {
      write_error(db, *found, row, errors);
      ++invalid;
      continue;
    }
    outcomes.push_back(importing.take(row, contacts.emplace_back()));
  }
  append_outcomes(db, *found, contacts, outcomes, now);
  count_invalid(db, id, invalid);
  Query(db, "UPDATE job SET place = ? WHERE id = ?").bind(place).bind(id).run();
  if (last) end_of_file(db, *found, doubt, now);
  unit.commit();
}

bool compare(Database& db, const JobRow& import, Millis now) {
  Transaction transaction(db);
  const Id account = account_of(db, import.id);
  const Id follow_up = import.follow_up != 0 ? import.follow_up : make_follow_up(db, import, now);
  // Whom the import made is listed in it, and whom anything else made since is not for it to judge.
  Query query(
      db,
      "SELECT k.id, k.address, k.status, EXISTS(SELECT 1 FROM import_listed l WHERE l.job_id = ?1 AND "
      "l.contact_id = k.id) OR EXISTS(SELECT 1 FROM suppression s WHERE s.contact_id = k.id AND s.reason = "
      "'archived') OR k.id > (SELECT newest_contact FROM job WHERE id = ?1) FROM contact k WHERE k.account_id = ?2 "
      "AND k.address > ?3 ORDER BY k.address LIMIT ?4");
  query.bind(import.id).bind(account).bind(import.place).bind(kCompared);
  std::vector<Id> missing;
  std::int64_t looked_at = 0, subscribed = 0;
  std::string last;
  while (query.step()) {
    ++looked_at;
    last = query.text(1);
    if (query.integer(3) != 0) continue;
    missing.push_back(query.integer(0));
    subscribed += query.integer(2) != static_cast<int>(Status::unsubscribed);
  }
  Query selection(db, "SELECT selection_id FROM job WHERE id = ?");
  selection.bind(follow_up).step();
  append_members(db, selection.integer(0), missing);
  Query(db, "UPDATE job SET affected = affected + ? WHERE id = ?").bind(subscribed).bind(follow_up).run();
  Query(db, "UPDATE job SET place = ? WHERE id = ?").bind(last).bind(import.id).run();
  const bool more = looked_at == static_cast<std::int64_t>(kCompared);
  if (!more) begin_archive(db, *job(db, import.id), account, now);
  transaction.commit();
  return more;
}

ContactOutcome archive(UnitOfWork& unit, const JobRow& job, Id contact) {
  // It was held, and an import has listed the contact since.
  if (!job.note.empty() && !unit.release(contact, "job", job.id, job.draft.detail))
    return {Outcome::changed_since, std::nullopt};
  const bool was_mailed = unit.contact(contact).status != Status::unsubscribed;
  const Suppression no{Reason::archived, job.draft.actor.who, unit.now(), job.draft.detail};
  people::add_and_push(unit, contact, no, job.draft.detail);
  return {was_mailed ? Outcome::unsubscribed : Outcome::already, Reason::archived};
}

void hold_or_release(UnitOfWork& unit, const JobRow& job, std::span<const Id> contacts) {
  for (const Id contact : contacts) {
    if (job.phase == JobPhase::hold)
      unit.hold(contact, "job", job.id, job.draft.detail);
    else
      unit.release(contact, "job", job.id, job.draft.detail);
  }
}

bool decide(Database& db, Id id, bool approve, Millis now) {
  Query decide(
      db,
      "UPDATE job SET state = 'running', phase = iif(?1, 'apply', 'release'), approved = ?1, chunk = 0, done = 0, "
      "started_at = ?2 WHERE id = ?3 AND state = 'held'");
  return decide.bind(approve).bind(now).bind(id).run() != 0;
}

}  // namespace crmsync::store::jobs
