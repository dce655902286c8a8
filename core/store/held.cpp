#include "core/store/apply.h"
#include "core/store/parse_names.h"
#include "core/store/spool_codec.h"

namespace crmsync::store::applying {

namespace {

struct HeldChange {
  Id id = 0;
  Id contact = 0;
  std::string external_id;
  Incoming incoming;
};

std::vector<HeldChange> held_of(Database& db, Id run) {
  std::vector<HeldChange> all;
  Query query(db, "SELECT id, contact_id, external_id, remote FROM change WHERE run_id = ? AND state = 'held'");
  query.bind(run);
  while (query.step()) {
    std::string_view bytes = query.view(3);
    all.push_back({query.integer(0), query.integer(1), query.text(2), decode(bytes)});
  }
  return all;
}

void free_record(Database& db, Id change) {
  Query(db, "UPDATE record SET held_change = NULL WHERE held_change = ?").bind(change).run();
}

}  // namespace

void settle_if_done(Database& db, Id run, RunState state, Millis now) {
  Query(
      db,
      "UPDATE run SET state = ?, finished_at = coalesce(finished_at, ?) WHERE id = ? AND state = 'held' AND NOT EXISTS("
      "SELECT 1 FROM change WHERE run_id = run.id AND change.state IN ('held','approved'))")
      .bind(to_string(state))
      .bind(now)
      .bind(run)
      .run();
}

std::int64_t approve(Database& db, Id run) {
  Transaction transaction(db);
  // Holds stay until each change is applied: nobody is mailable in between.
  const int approved =
      Query(db, "UPDATE change SET state = 'approved' WHERE run_id = ? AND state = 'held'").bind(run).run();
  transaction.commit();
  return approved;
}

void close_changes(Database& db, const RunInfo& run, std::span<const Id> changes, ChangeState state,
                   const std::string& note, const Actor& actor, Millis now) {
  if (changes.empty()) return;
  UnitOfWork unit(db, actor, now, run.id);
  for (const Id change : changes) {
    Query find(db, "SELECT contact_id, run_id FROM change WHERE id = ?");
    if (!find.bind(change).step()) continue;
    Query(db, "UPDATE change SET state = ?, note = ? WHERE id = ?")
        .bind(to_string(state))
        .bind(note)
        .bind(change)
        .run();
    unit.release(find.integer(0), "change", change, "{}");
    free_record(db, change);
    settle_if_done(db, find.integer(1), RunState::applied, now);
  }
  unit.commit();
}

void reject(Database& db, const RunInfo& run, const Actor& actor, Millis now) {
  UnitOfWork unit(db, actor, now, run.id);
  std::int64_t gone = 0;
  for (const auto& change : held_of(db, run.id)) {
    // The base becomes what the CRM said, without its effect: the same flip is not proposed again until the CRM changes
    // the record again.
    const auto& remote = change.incoming.remote;
    if (remote.opted_out)
      Query(db, "UPDATE record SET opted_out = ?, modified_at = coalesce(?, modified_at) WHERE held_change = ?")
          .bind(*remote.opted_out)
          .bind(remote.modified_at)
          .bind(change.id)
          .run();
    if (remote.deleted)
      gone += Query(db, "UPDATE record SET deleted = 1 WHERE held_change = ? AND deleted = 0").bind(change.id).run();
    Query(db, "UPDATE change SET state = 'rejected' WHERE id = ?").bind(change.id).run();
    unit.release(change.contact, "change", change.id, "{}");
    free_record(db, change.id);
    // Whoever said no while it was held was not told to a record that was opted out as far as we knew.
    for (const auto& active : unit.active(change.contact))
      if (domain::traits(active.reason).pushed) unit.push_to_records(change.contact, active.reason);
  }
  Query(db, "UPDATE connection SET records = records - ? WHERE id = ?").bind(gone).bind(run.connection.id).run();
  Query(db, "UPDATE run SET state = 'rejected' WHERE id = ?").bind(run.id).run();
  unit.commit();
}

}  // namespace crmsync::store::applying
