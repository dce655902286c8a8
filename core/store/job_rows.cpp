#include "core/store/job_rows.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "core/store/parse_names.h"

namespace crmsync::store {

std::string_view to_string(JobKind kind) noexcept {
  constexpr std::array<std::string_view, 6> names{"resubscribe", "unsubscribe", "lift", "undo", "import", "archive"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(JobState state) noexcept {
  constexpr std::array<std::string_view, 6> names{"waiting", "running", "held", "done", "cancelled", "rejected"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(JobPhase phase) noexcept {
  constexpr std::array<std::string_view, 5> names{"read", "compare", "hold", "apply", "release"};
  return names[static_cast<std::size_t>(phase)];
}

std::string_view to_string(Outcome outcome) noexcept {
  constexpr std::array<std::string_view, 19> names{
      "waiting",     "resubscribed", "unsubscribed", "already",       "restored",     "created",      "listed",
      "invalid",     "suppressed",   "kept",         "in_crm",        "only_contact", "only_support", "forbidden",
      "unconfirmed", "no_ticket",    "on_hold",      "changed_since", "gone"};
  return names[static_cast<std::size_t>(outcome)];
}

namespace jobs {

namespace {

constexpr Millis kSelectionKept = domain::kDay;  // that no job has taken up

std::string bytes_of(std::span<const Id> ids) {
  return {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(Id)};
}

std::vector<Id> ids_of(std::string_view bytes) {
  std::vector<Id> ids(bytes.size() / sizeof(Id));
  std::memcpy(ids.data(), bytes.data(), ids.size() * sizeof(Id));
  return ids;
}

// Two bytes a contact: the outcome, and the reason from 1 (0: none).
std::string bytes_of(std::span<const ContactOutcome> outcomes) {
  std::string bytes;
  bytes.reserve(outcomes.size() * 2);
  for (const auto& one : outcomes) {
    bytes += static_cast<char>(one.outcome);
    bytes += static_cast<char>(one.reason ? static_cast<int>(*one.reason) + 1 : 0);
  }
  return bytes;
}

ContactOutcome outcome_at(std::string_view bytes, std::size_t place) {
  ContactOutcome one;
  one.outcome = static_cast<Outcome>(bytes[place * 2]);
  const int reason = bytes[place * 2 + 1];
  if (reason != 0) one.reason = static_cast<domain::Reason>(reason - 1);
  return one;
}

// Nobody took them up within a day, or the daemon ended while they were made.
void drop_old_selections(Database& db, Millis now) {
  std::vector<Id> old;
  {
    Query query(db,
                "SELECT id FROM selection s WHERE made_at < ? AND NOT EXISTS(SELECT 1 FROM job WHERE selection_id = "
                "s.id) ORDER BY id LIMIT 20");
    query.bind(now - kSelectionKept);
    while (query.step()) old.push_back(query.integer(0));
  }
  for (const Id id : old) {
    Query(db, "DELETE FROM selection_chunk WHERE selection_id = ?").bind(id).run();
    Query(db, "DELETE FROM selection WHERE id = ?").bind(id).run();
  }
}

constexpr const char* kJobColumns =
    "SELECT j.id, a.name, j.selection_id, j.kind, j.state, j.reason, j.confirmed, j.ticket, j.dry_run, j.detail, "
    "j.who, j.origin, j.basis, j.undoes, j.total, j.done, j.created_at, j.started_at, j.finished_at, j.phase, j.note, "
    "coalesce(j.follow_up, 0), j.place, j.archive_missing, (SELECT count(*) FROM job_error e WHERE e.job_id = j.id) "
    "FROM job j JOIN "
    "account a ON a.id = j.account_id ";

void read_counts(Database& db, JobRow& row) {
  Query query(db, "SELECT outcome, reason, n FROM job_count WHERE job_id = ?");
  query.bind(row.id);
  while (query.step()) {
    ContactOutcome outcome{parse_name(query.view(0), kLastOutcome), std::nullopt};
    if (!query.view(1).empty()) outcome.reason = reason_named(query.view(1));
    row.counts.push_back({outcome, query.integer(2)});
  }
}

JobRow read_job(const Query& query) {
  JobRow row;
  row.id = query.integer(0), row.account = query.text(1), row.draft.selection = query.integer(2);
  row.draft.kind = parse_name(query.view(3), JobKind::archive);
  row.state = parse_name(query.view(4), JobState::rejected);
  if (!query.view(5).empty()) row.draft.reason = reason_named(query.view(5));
  row.draft.permission_confirmed = query.integer(6) != 0, row.draft.has_ticket = query.integer(7) != 0;
  row.draft.dry_run = query.integer(8) != 0, row.draft.detail = query.text(9);
  row.draft.actor = {query.text(10), query.text(11), query.text(12)};
  row.draft.undoes = query.integer(13), row.total = query.integer(14), row.done = query.integer(15);
  row.created_at = query.integer(16), row.started_at = query.maybe(17), row.finished_at = query.maybe(18);
  row.phase = parse_name(query.view(19), JobPhase::release), row.note = query.text(20);
  row.follow_up = query.integer(21), row.place = query.text(22);
  row.draft.archive_missing = query.integer(23) != 0, row.errors = query.integer(24);
  return row;
}

}  // namespace

Id insert_selection(Database& db, const SelectionDraft& draft, Millis now) {
  Query insert(db,
               "INSERT INTO selection(account_id, what, who, made_at) SELECT id, ?, ?, ? FROM account WHERE name = ?");
  if (insert.bind(draft.what).bind(draft.who).bind(now).bind(draft.account).run() == 0)
    throw StoreError("the store does not know the account " + draft.account);
  return db.last_insert_id();
}

Id begin_selection(Database& db, const SelectionDraft& draft, Millis now) {
  Transaction transaction(db);
  drop_old_selections(db, now);
  const Id id = insert_selection(db, draft, now);
  transaction.commit();
  return id;
}

void extend_selection(Database& db, Id selection, std::span<const Id> contacts) {
  Transaction transaction(db);
  append_members(db, selection, contacts);
  transaction.commit();
}

void append_members(Database& db, Id selection, std::span<const Id> contacts) {
  Query place(db, "SELECT chunks FROM selection WHERE id = ?");
  if (!place.bind(selection).step()) throw StoreError("the selection that is being made is gone");
  auto chunk = place.integer(0);
  for (std::size_t from = 0; from < contacts.size(); from += kChunk, ++chunk)
    Query(db, "INSERT INTO selection_chunk(selection_id, chunk, contacts) VALUES(?,?,?)")
        .bind(selection)
        .bind(chunk)
        .bind_blob(bytes_of(contacts.subspan(from, std::min(kChunk, contacts.size() - from))))
        .run();
  Query(db, "UPDATE selection SET count = count + ?, chunks = ? WHERE id = ?")
      .bind(static_cast<std::int64_t>(contacts.size()))
      .bind(chunk)
      .bind(selection)
      .run();
}

void freeze_selection(Database& db, Id selection, const std::string& summary) {
  Query(db, "UPDATE selection SET frozen = 1, summary = ? WHERE id = ?").bind(summary).bind(selection).run();
}

std::optional<SelectionRow> selection(Database& db, Id id) {
  Query query(
      db,
      "SELECT a.name, s.what, s.who, s.summary, s.made_at, s.count, s.frozen FROM selection s JOIN account a ON "
      "a.id = s.account_id WHERE s.id = ?");
  if (!query.bind(id).step()) return std::nullopt;
  return SelectionRow{id,
                      query.text(0),
                      query.text(1),
                      query.text(2),
                      query.text(3),
                      query.integer(4),
                      query.integer(5),
                      query.integer(6) != 0};
}

std::vector<Id> members(Database& db, Id selection, std::int64_t chunk) {
  Query query(db, "SELECT contacts FROM selection_chunk WHERE selection_id = ? AND chunk = ?");
  query.bind(selection).bind(chunk);
  return query.step() ? ids_of(query.view(0)) : std::vector<Id>();
}

std::vector<Id> changed_by(Database& db, Id number, std::size_t limit, Id after) {
  std::vector<Id> ids;
  Query query(db,
              "SELECT DISTINCT contact_id FROM audit WHERE run_id = ?1 AND run_id <> 0 AND contact_id > ?2 AND action "
              "IN ('add','lift') ORDER BY contact_id LIMIT ?3");
  query.bind(number).bind(after).bind(limit);
  while (query.step()) ids.push_back(query.integer(0));
  return ids;
}

Id insert_job(Database& db, const JobDraft& draft, Millis now) {
  Query insert(
      db,
      "INSERT INTO job(account_id, selection_id, kind, state, reason, confirmed, ticket, dry_run, detail, who, "
      "origin, basis, undoes, total, created_at) SELECT account_id, id, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "count, ? FROM selection WHERE id = ? AND frozen = 1");
  insert.bind(to_string(draft.kind));
  draft.reason ? insert.bind(domain::to_string(*draft.reason)) : insert.bind_null();
  insert.bind(draft.permission_confirmed).bind(draft.has_ticket).bind(draft.dry_run).bind(draft.detail);
  insert.bind(draft.actor.who).bind(draft.actor.from).bind(draft.actor.basis).bind(draft.undoes).bind(now);
  if (insert.bind(draft.selection).run() == 0) throw StoreError("a job needs a selection that is frozen");
  return db.last_insert_id();
}

Id begin_job(Database& db, const JobDraft& draft, Millis now) {
  Transaction transaction(db);
  const Id id = insert_job(db, draft, now);
  transaction.commit();
  return id;
}

std::optional<JobRow> job(Database& db, Id id) {
  static const std::string sql = std::string(kJobColumns) + "WHERE j.id = ?";
  Query query(db, sql.c_str());
  if (!query.bind(id).step()) return std::nullopt;
  JobRow row = read_job(query);
  read_counts(db, row);
  return row;
}

std::vector<JobRow> list(Database& db, const std::string& account, std::size_t limit, Id before) {
  static const std::string sql = std::string(kJobColumns) +
                                 "WHERE j.account_id = (SELECT id FROM account WHERE name = ?1) AND (?2 = 0 OR j.id < "
                                 "?2) ORDER BY j.id DESC LIMIT ?3";
  std::vector<JobRow> rows;
  {
    Query query(db, sql.c_str());
    query.bind(account).bind(before).bind(limit);
    while (query.step()) rows.push_back(read_job(query));
  }
  for (auto& row : rows) read_counts(db, row);
  return rows;
}

std::optional<JobRow> next(Database& db) {
  static const std::string sql = std::string(kJobColumns) +
                                 "WHERE j.state IN ('waiting','running') AND NOT (j.kind = 'archive' AND j.phase = "
                                 "'compare') ORDER BY j.id LIMIT 1";
  Query query(db, sql.c_str());
  return query.step() ? std::optional<JobRow>(read_job(query)) : std::nullopt;
}

std::vector<JobError> errors(Database& db, Id job, std::size_t limit, std::uint64_t after) {
  std::vector<JobError> all;
  Query query(db, "SELECT line, message FROM job_error WHERE job_id = ? AND line > ? ORDER BY line LIMIT ?");
  query.bind(job).bind(after).bind(limit);
  while (query.step()) all.push_back({static_cast<std::uint64_t>(query.integer(0)), query.text(1)});
  return all;
}

// An archive that holds its contacts lets go of them first.
bool cancel(Database& db, Id id, Millis now) {
  if (Query(
          db,
          "UPDATE job SET state = 'running', phase = 'release', chunk = 0, done = 0 WHERE id = ? AND kind = 'archive' "
          "AND note <> '' AND phase <> 'release' AND state IN ('waiting','running','held')")
          .bind(id)
          .run() != 0)
    return true;
  Transaction transaction(db);
  // What is letting go is left to end it; and what an import was about to find missing goes with it.
  Query end(
      db,
      "UPDATE job SET state = 'cancelled', finished_at = ?1 WHERE (id = ?2 OR (phase = 'compare' AND id = (SELECT "
      "follow_up FROM job WHERE id = ?2))) AND state IN ('waiting','running') AND phase <> 'release'");
  const bool cancelled = end.bind(now).bind(id).run() != 0;
  Query(db, "DELETE FROM import_listed WHERE job_id = ?").bind(id).run();
  transaction.commit();
  return cancelled;
}

std::vector<OutcomeRow> outcomes(Database& db, Id job, std::size_t limit, std::int64_t from) {
  std::vector<OutcomeRow> rows;
  const ReadTransaction together(db);
  Query chunks(
      db,
      "SELECT s.chunk, s.contacts, c.outcomes FROM job j JOIN selection_chunk s ON s.selection_id = "
      "j.selection_id LEFT JOIN job_chunk c ON c.job_id = j.id AND c.chunk = s.chunk WHERE j.id = ? AND s.chunk "
      ">= ? ORDER BY s.chunk");
  chunks.bind(job).bind(from / static_cast<std::int64_t>(kChunk));
  while (rows.size() < limit && chunks.step()) {
    const auto contacts = ids_of(chunks.view(1));
    const auto first = chunks.integer(0) * static_cast<std::int64_t>(kChunk);
    for (std::size_t i = 0; i < contacts.size() && rows.size() < limit; ++i) {
      const auto place = first + static_cast<std::int64_t>(i);
      if (place < from) continue;
      OutcomeRow row{place, contacts[i], "", {}};
      if (chunks.view(2).size() >= (i + 1) * 2) row.outcome = outcome_at(chunks.view(2), i);
      Query address(db, "SELECT address FROM contact WHERE id = ?");
      if (address.bind(contacts[i]).step()) row.address = address.text(0);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

namespace {

void write_counts(Database& db, Id job, std::span<const ContactOutcome> outcomes) {
  std::map<std::pair<Outcome, std::optional<domain::Reason>>, std::int64_t> counts;
  for (const auto& one : outcomes) ++counts[{one.outcome, one.reason}];
  for (const auto& [key, n] : counts)
    Query(db, "INSERT INTO job_count VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET n = n + excluded.n")
        .bind(job)
        .bind(to_string(key.first))
        .bind(key.second ? domain::to_string(*key.second) : std::string_view())
        .bind(n)
        .run();
}

void write_chunk(Database& db, Id job, std::int64_t chunk, std::span<const ContactOutcome> outcomes) {
  Query(db, "INSERT INTO job_chunk(job_id, chunk, outcomes) VALUES(?,?,?)")
      .bind(job)
      .bind(chunk)
      .bind_blob(bytes_of(outcomes))
      .run();
}

}  // namespace

void write_outcomes(Database& db, const JobRow& job, std::int64_t chunk, std::span<const ContactOutcome> outcomes,
                    Millis now) {
  write_counts(db, job.id, outcomes);
  write_chunk(db, job.id, chunk, outcomes);
  pass_chunk(db, job, chunk, outcomes.size(), "done", now);
}

void pass_chunk(Database& db, const JobRow& job, std::int64_t chunk, std::size_t contacts, const char* then,
                Millis now) {
  Query(db,
        "UPDATE job SET chunk = ?1, done = ?2, started_at = coalesce(started_at, ?3), state = iif(?2 >= total, ?4, "
        "'running'), finished_at = iif(?2 >= total AND ?4 <> 'held', ?3, NULL) WHERE id = ?5")
      .bind(chunk + 1)
      .bind(job.done + static_cast<std::int64_t>(contacts))
      .bind(now)
      .bind(then)
      .bind(job.id)
      .run();
}

void append_outcomes(Database& db, const JobRow& job, std::span<const Id> contacts,
                     std::span<const ContactOutcome> outcomes, Millis now) {
  Query place(db, "SELECT chunks FROM selection WHERE id = ?");
  place.bind(job.draft.selection).step();
  if (!contacts.empty()) {
    write_counts(db, job.id, outcomes);
    write_chunk(db, job.id, place.integer(0), outcomes);
    append_members(db, job.draft.selection, contacts);
  }
  Query(db, "UPDATE job SET state = 'running', done = done + ?, started_at = coalesce(started_at, ?) WHERE id = ?")
      .bind(static_cast<std::int64_t>(contacts.size()))
      .bind(now)
      .bind(job.id)
      .run();
}

}  // namespace jobs
}  // namespace crmsync::store
