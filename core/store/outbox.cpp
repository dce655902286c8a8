#include "core/store/parse_names.h"
#include "core/store/people.h"

namespace crmsync::store::outbox {

std::vector<PushRow> due(Database& db, const std::string& connection, Millis now, std::size_t limit) {
  std::vector<PushRow> rows;
  Query query(
      db,
      "SELECT o.id, o.external_id, o.contact_id, o.address, o.kind, o.reason, o.attempts, o.created_at, "
      "o.deadline_at, o.idempotency_key, o.state, o.next_at FROM outbox o WHERE o.connection_id = (SELECT id FROM "
      "connection WHERE name = ?) AND o.state IN ('pending','sent') AND o.next_at <= ? ORDER BY o.next_at, o.id LIMIT "
      "?");
  query.bind(connection).bind(now).bind(limit);
  while (query.step()) {
    PushRow row;
    row.id = query.integer(0), row.connection = connection, row.external_id = query.text(1);
    row.contact = query.integer(2), row.address = query.text(3);
    row.kind = query.view(4) == "opt_in" ? domain::PushKind::opt_in : domain::PushKind::opt_out;
    row.reason = reason_named(query.view(5));
    row.attempts = static_cast<int>(query.integer(6));
    row.created_at = query.integer(7), row.deadline_at = query.integer(8), row.idempotency_key = query.text(9);
    row.state = parse_name(query.view(10), PushState::superseded);
    row.next_at = query.integer(11);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::optional<Millis> next_at(Database& db, const std::string& connection) {
  Query query(db,
              "SELECT min(next_at) FROM outbox WHERE connection_id = (SELECT id FROM connection WHERE name = ?) AND "
              "state IN ('pending','sent')");
  query.bind(connection).step();
  return query.maybe(0);
}

namespace {

// The records that a push is about: one, or every record of the contact in that connection (per address).
void mark_records(Database& db, Id push, int from, int to) {
  Query(db,
        "UPDATE record SET push_mark = ?1 WHERE push_mark = ?2 AND id IN (SELECT r.id FROM outbox o JOIN record r ON "
        "r.connection_id = o.connection_id AND r.contact_id = o.contact_id AND o.external_id IN ('', r.external_id) "
        "WHERE o.id = ?3 AND o.kind = 'opt_out' AND coalesce(r.opted_out, 0) = 0)")
      .bind(to)
      .bind(from)
      .bind(push)
      .run();
}

constexpr int kNone = 0;
constexpr int kSent = 1;

}  // namespace

void mark_sending(Database& db, std::span<const Id> pushes) {
  Transaction transaction(db);
  for (const Id push : pushes) mark_records(db, push, kNone, kSent);
  transaction.commit();
}

void settle(Database& db, std::span<const PushUpdate> updates, Millis now) {
  Transaction transaction(db);
  for (const auto& update : updates) {
    const bool open = update.state == PushState::pending || update.state == PushState::sent;
    Query set(db,
              "UPDATE outbox SET state = ?, attempts = ?, next_at = ?, last_error = ?, settled_at = ? WHERE id = ? AND "
              "state IN ('pending','sent')");
    set.bind(to_string(update.state)).bind(update.attempts).bind(update.next_at).bind(update.last_error);
    open ? set.bind_null() : set.bind(now);
    set.bind(update.id).run();
    // A push that never arrived has no echo: an opt-out that shows up later is the CRM's own.
    if (update.state == PushState::dead) mark_records(db, update.id, kSent, kNone);
  }
  transaction.commit();
}

bool retry(Database& db, Id push, Millis now) {
  Transaction transaction(db);
  const int changed =
      Query(db,
            "UPDATE OR IGNORE outbox SET state = 'pending', next_at = ?1, attempts = 0, last_error = '', "
            "settled_at = NULL, deadline_at = max(deadline_at, ?1 + (SELECT deadline FROM connection WHERE id = "
            "outbox.connection_id)) WHERE id = ?2 AND state IN ('dead','pending','sent')")
          .bind(now)
          .bind(push)
          .run();
  transaction.commit();
  return changed > 0;
}

}  // namespace crmsync::store::outbox
