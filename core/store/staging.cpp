#include "core/store/staging.h"

#include "core/store/arrivals.h"
#include "core/store/parse_names.h"
#include "core/store/spool_codec.h"

namespace crmsync::store::staging {

namespace {

constexpr std::size_t kSpoolChunk = 2000;  // records in one spool row

Incoming decode_one(std::string_view bytes) { return decode(bytes); }

// Two rows with one id in one run: domain::replaces_duplicate decides which stays.
void stage_change(Database& db, const RunInfo& run, const ChangeDraft& draft) {
  const auto& incoming = draft.incoming;
  Query earlier(db, "SELECT id, remote FROM change WHERE run_id = ? AND external_id = ?");
  earlier.bind(run.id).bind(incoming.remote.external_id);
  if (earlier.step()) {
    if (!domain::replaces_duplicate(decode_one(earlier.view(1)).remote, incoming.remote)) return;
    Query(db, "DELETE FROM change WHERE id = ?").bind(earlier.integer(0)).run();
  }
  std::string payload;
  encode(incoming, payload);
  Query insert(
      db,
      "INSERT INTO change(run_id, external_id, connection_id, contact_id, kind, state, remote, address, fingerprint) "
      "VALUES(?,?,?,?,?,'planned',?,?,?)");
  insert.bind(run.id).bind(incoming.remote.external_id).bind(run.connection.id).bind(draft.contact);
  insert.bind(to_string(draft.kind)).bind_blob(payload).bind(incoming.address).bind(incoming.fingerprint).run();
}

}  // namespace

void spool(Database& db, const RunInfo& run, std::span<const Incoming> records) {
  Query insert(db, "INSERT INTO spool(run_id, payload) VALUES(?,?)");
  for (std::size_t at = 0; at < records.size(); at += kSpoolChunk) {
    std::string payload;
    for (const auto& one : records.subspan(at, std::min(kSpoolChunk, records.size() - at))) encode(one, payload);
    insert.bind(run.id).bind_blob(payload).run();
  }
}

void stage(Database& db, const RunInfo& run, std::span<const Incoming> plain, std::span<const ChangeDraft> changes) {
  Transaction transaction(db);
  spool(db, run, plain);
  for (const auto& draft : changes) stage_change(db, run, draft);
  transaction.commit();
}

void follow_held(Database& db, std::span<const std::pair<Id, Incoming>> changes) {
  if (changes.empty()) return;
  Transaction transaction(db);
  for (const auto& [change, incoming] : changes) {
    std::string payload;
    encode(incoming, payload);
    Query(db, "UPDATE change SET remote = ?, address = ?, fingerprint = ? WHERE id = ?")
        .bind_blob(payload)
        .bind(incoming.address)
        .bind(incoming.fingerprint)
        .bind(change)
        .run();
    Query(db, "UPDATE record SET fingerprint = ?, absences = 0 WHERE held_change = ?")
        .bind(incoming.fingerprint)
        .bind(change)
        .run();
  }
  transaction.commit();
}

void clear(Database& db, Id run) {
  Transaction transaction(db);
  Query(db, "DELETE FROM spool WHERE run_id = ?").bind(run).run();
  arrivals::clear(db, run);
  Query(db, "DELETE FROM change WHERE run_id = ? AND state = 'planned'").bind(run).run();
  transaction.commit();
}

void absent(Database& db, const RunInfo& run, const std::function<bool(std::uint64_t)>& delivered,
            const std::function<void(const std::string&, Id, int)>& fn) {
  Query query(db,
              "SELECT external_id, coalesce(contact_id, 0), absences, fingerprint FROM record WHERE connection_id = ? "
              "AND deleted = 0");
  query.bind(run.connection.id);
  while (query.step()) {
    if (!delivered(static_cast<std::uint64_t>(query.integer(3))))
      fn(query.text(0), query.integer(1), static_cast<int>(query.integer(2)));
  }
}

std::int64_t drop_duplicates(Database& db, const RunInfo& run, const std::function<bool(std::uint64_t)>& seen) {
  std::vector<Id> doubled;
  Query query(
      db,
      "SELECT h.id, h.remote, r.fingerprint, r.modified_at FROM change h JOIN record r ON "
      "r.connection_id = h.connection_id AND r.external_id = h.external_id WHERE h.run_id = ? AND h.state = 'planned'");
  query.bind(run.id);
  while (query.step()) {
    if (!seen(static_cast<std::uint64_t>(query.integer(2)))) continue;
    // The record also stands in the fetch as the mirror has it. The newer row wins; without a date any no wins, and a
    // staged opt-out is the only kind of no that is new.
    const auto remote = decode_one(query.view(1)).remote;
    const auto known_at = query.maybe(3);
    const bool newer = remote.modified_at && known_at && *remote.modified_at > *known_at;
    if (!newer && !remote.opted_out.value_or(false)) doubled.push_back(query.integer(0));
  }
  if (doubled.empty()) return 0;
  Transaction transaction(db);
  for (const Id id : doubled) Query(db, "DELETE FROM change WHERE id = ?").bind(id).run();
  transaction.commit();
  return static_cast<std::int64_t>(doubled.size());
}

namespace {

std::int64_t number(Database& db, const char* sql, Id key) {
  Query query(db, sql);
  query.bind(key).step();
  return query.integer(0);
}

}  // namespace

PlanTotals totals(Database& db, const RunInfo& run) {
  {
    Transaction transaction(db);
    // A staged lift resubscribes its contact when, with the contact's other staged lifts, nothing remains and nothing
    // is added; otherwise it is a "keep". All rows are judged before any is renamed, or the first "keep" would change
    // the count for the next row of the same contact.
    Query(db, "CREATE TEMP TABLE IF NOT EXISTS kept(id INTEGER PRIMARY KEY)").run();
    Query(db, "DELETE FROM temp.kept").run();
    Query(
        db,
        "INSERT INTO temp.kept SELECT id FROM change WHERE run_id = ?1 AND state = 'planned' AND kind = 'resubscribe' "
        "AND ((SELECT count(*) FROM suppression s WHERE s.contact_id = change.contact_id) <> "
        "(SELECT count(*) FROM change o WHERE o.run_id = ?1 AND o.contact_id = change.contact_id AND "
        "o.state = 'planned' AND o.kind = 'resubscribe') OR EXISTS(SELECT 1 FROM change u WHERE u.run_id = ?1 AND "
        "u.contact_id = change.contact_id AND u.state = 'planned' AND u.kind IN ('unsubscribe','deletion')))")
        .bind(run.id)
        .run();
    Query(db, "UPDATE change SET kind = 'keep' WHERE id IN (SELECT id FROM temp.kept)").run();
    transaction.commit();
  }
  PlanTotals totals;
  totals.records = number(db, "SELECT records FROM connection WHERE id = ?", run.connection.id);
  totals.resubscribe = number(
      db,
      "SELECT count(DISTINCT contact_id) FROM change WHERE run_id = ? AND kind = 'resubscribe' AND state = 'planned'",
      run.id);
  totals.unsubscribe = number(db,
                              "SELECT count(DISTINCT h.contact_id) FROM change h JOIN contact k ON k.id = h.contact_id "
                              "WHERE h.run_id = ? AND h.kind = 'unsubscribe' AND h.state = 'planned' AND k.status <> 1",
                              run.id);
  totals.deletions =
      number(db, "SELECT count(*) FROM change WHERE run_id = ? AND kind = 'deletion' AND state = 'planned'", run.id);
  return totals;
}

namespace {

// Held: the record remembers what the CRM said (fingerprint), its base stays; who would be unsubscribed is on hold.
std::int64_t hold_kind(UnitOfWork& unit, const RunInfo& run, std::string_view kind) {
  Database& db = unit.db();
  const int held = Query(db, "UPDATE change SET state = 'held' WHERE run_id = ? AND kind = ? AND state = 'planned'")
                       .bind(run.id)
                       .bind(kind)
                       .run();
  if (held == 0) return 0;
  Query(db,
        "UPDATE record SET fingerprint = h.fingerprint, held_change = h.id, absences = 0 FROM change h WHERE "
        "h.run_id = ? AND h.kind = ? AND h.state = 'held' AND record.connection_id = h.connection_id AND "
        "record.external_id = h.external_id")
      .bind(run.id)
      .bind(kind)
      .run();
  if (kind == "resubscribe") return held;
  std::vector<std::pair<Id, Id>> contacts;
  Query query(db, "SELECT contact_id, id FROM change WHERE run_id = ? AND kind = ? AND state = 'held'");
  query.bind(run.id).bind(kind);
  while (query.step()) contacts.emplace_back(query.integer(0), query.integer(1));
  for (const auto& [contact, change] : contacts) unit.hold(contact, "change", change, "{}");
  return held;
}

}  // namespace

std::int64_t seal(Database& db, const RunInfo& run, const domain::BrakeVerdict& verdict, const RunEnd& end,
                  Millis now) {
  UnitOfWork unit(db, {"connection " + run.connection.name, "sync", "brake"}, now, run.id);
  std::int64_t held = 0;
  if (verdict.hold_resubscribe) held += hold_kind(unit, run, "resubscribe");
  if (verdict.hold_unsubscribe) held += hold_kind(unit, run, "unsubscribe");
  if (verdict.hold_deletions) held += hold_kind(unit, run, "deletion");
  RunEnd sealed = end;
  sealed.counts.held += held;
  if (held > 0) sealed.state = RunState::held;
  Query(db, "UPDATE run SET phase = 'applying', sealed = ?, counts = ? WHERE id = ?")
      .bind_blob(encode_end(sealed))
      .bind(encode_counts(sealed.counts))
      .bind(run.id)
      .run();
  unit.commit();
  return held;
}

Store::StagedBatch next_staged(Database& db, const RunInfo& run, std::size_t limit) {
  Store::StagedBatch batch;
  {
    Query spool(db, "SELECT id, payload FROM spool WHERE run_id = ? ORDER BY id LIMIT ?");
    spool.bind(run.id).bind(std::max<std::size_t>(1, limit / kSpoolChunk));
    while (spool.step()) {
      batch.spool = spool.integer(0);
      std::string_view bytes = spool.view(1);
      while (!bytes.empty()) batch.incoming.push_back(decode(bytes));
    }
    if (batch.spool != 0) return batch;
  }
  Query changes(
      db, "SELECT id, remote FROM change WHERE run_id = ? AND state IN ('planned','approved') ORDER BY id LIMIT ?");
  changes.bind(run.id).bind(limit);
  while (changes.step()) {
    batch.changes.push_back(changes.integer(0));
    batch.incoming.push_back(decode_one(changes.view(1)));
  }
  return batch;
}

}  // namespace crmsync::store::staging
