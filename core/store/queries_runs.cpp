#include "core/store/parse_names.h"
#include "core/store/queries.h"
#include "core/store/spool_codec.h"

namespace crmsync::store::queries {

std::vector<ConnectionState> connections(Database& db, const std::string& id) {
  Query query(db,
              "SELECT c.name, a.name, c.configured, c.cursor, c.records, c.last_poll_at, c.last_full_at, c.accepted, "
              "c.attention FROM connection c JOIN account a ON a.id = c.account_id WHERE ?1 = '' OR c.name = ?1 "
              "ORDER BY c.name");
  query.bind(id);
  std::vector<ConnectionState> rows;
  while (query.step())
    rows.push_back({query.text(0), query.text(1), query.integer(2) != 0, query.text(3), query.integer(4),
                    query.maybe(5), query.maybe(6), query.text(7), query.text(8)});
  return rows;
}

namespace {

constexpr const char* kRunColumns =
    "SELECT r.id, c.name, r.mode, r.trigger, r.state, r.counts, r.api_calls, r.started_at, "
    "coalesce(r.finished_at - r.started_at, 0), r.error, r.note, r.doubt_token, r.phase "
    "FROM run r JOIN connection c ON c.id = r.connection_id WHERE r.dry_run = 0 AND ";

RunRow read_run(const Query& query) {
  RunRow row;
  row.id = query.integer(0);
  row.connection = query.text(1);
  row.mode = parse_name(query.view(2), RunMode::full);
  row.trigger = parse_name(query.view(3), RunTrigger::once);
  row.state = parse_name(query.view(4), RunState::failed);
  row.counts = decode_counts(query.view(5));
  row.api_calls = query.integer(6);
  row.started_at = query.integer(7);
  row.duration_ms = query.integer(8);
  row.error = query.text(9), row.note = query.text(10), row.doubt_token = query.text(11), row.phase = query.text(12);
  return row;
}

}  // namespace

std::vector<RunRow> runs(Database& db, const std::string& connection, std::size_t limit, Id before) {
  static const std::string of_all =
      std::string(kRunColumns) + "(?1 = 0 OR r.id < ?1) AND ?2 = '' ORDER BY r.id DESC LIMIT ?3";
  static const std::string of_one =
      std::string(kRunColumns) + "(?1 = 0 OR r.id < ?1) AND c.name = ?2 ORDER BY r.id DESC LIMIT ?3";
  Query query(db, connection.empty() ? of_all.c_str() : of_one.c_str());
  query.bind(before).bind(connection).bind(limit);
  std::vector<RunRow> rows;
  while (query.step()) rows.push_back(read_run(query));
  return rows;
}

std::optional<RunRow> run(Database& db, Id id) {
  static const std::string sql = std::string(kRunColumns) + "r.id = ?";
  Query query(db, sql.c_str());
  if (!query.bind(id).step()) return std::nullopt;
  return read_run(query);
}

std::vector<RunRow> held_runs(Database& db) {
  // In these words for the partial index run_open.
  static const std::string sql =
      std::string(kRunColumns) + "r.state IN ('running','held') AND r.state = 'held' ORDER BY r.id";
  Query query(db, sql.c_str());
  std::vector<RunRow> rows;
  while (query.step()) rows.push_back(read_run(query));
  return rows;
}

std::vector<ChangeRow> changes(Database& db, Id run, std::size_t limit, Id after) {
  Query query(
      db,
      "SELECT h.id, h.run_id, c.name, h.external_id, h.contact_id, k.address, h.kind, h.state, h.note, h.remote "
      "FROM change h JOIN connection c ON c.id = h.connection_id JOIN contact k ON k.id = h.contact_id "
      "WHERE h.run_id = ? AND h.id > ? ORDER BY h.id LIMIT ?");
  query.bind(run).bind(after).bind(limit);
  std::vector<ChangeRow> rows;
  while (query.step()) {
    ChangeRow row;
    row.id = query.integer(0), row.run = query.integer(1);
    row.connection = query.text(2), row.external_id = query.text(3);
    row.contact = query.integer(4), row.address = query.text(5);
    row.kind = parse_name(query.view(6), ChangeKind::keep);
    row.state = parse_name(query.view(7), ChangeState::withdrawn);
    row.note = query.text(8);
    std::string_view bytes = query.view(9);
    row.remote = decode(bytes).remote;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::int64_t change_count(Database& db, Id run) {
  Query query(db, "SELECT count(*) FROM change WHERE run_id = ?");
  return query.bind(run).step() ? query.integer(0) : 0;
}

namespace {

constexpr const char* kPushColumns =
    "SELECT o.id, c.name, o.external_id, o.contact_id, o.address, o.kind, o.reason, o.state, o.attempts, o.created_at, "
    "o.next_at, o.deadline_at, o.idempotency_key, o.last_error FROM outbox o JOIN connection c ON c.id = "
    "o.connection_id ";

std::vector<PushRow> read_pushes(Query& query) {
  std::vector<PushRow> rows;
  while (query.step()) {
    PushRow row;
    row.id = query.integer(0), row.connection = query.text(1), row.external_id = query.text(2);
    row.contact = query.integer(3), row.address = query.text(4);
    row.kind = query.view(5) == "opt_in" ? domain::PushKind::opt_in : domain::PushKind::opt_out;
    row.reason = reason_named(query.view(6));
    row.state = parse_name(query.view(7), PushState::superseded);
    row.attempts = static_cast<int>(query.integer(8));
    row.created_at = query.integer(9), row.next_at = query.integer(10), row.deadline_at = query.integer(11);
    row.idempotency_key = query.text(12), row.last_error = query.text(13);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::vector<PushRow> outbox(Database& db, std::optional<PushState> state, std::size_t limit, Id after) {
  static const std::string all = std::string(kPushColumns) + "WHERE ?1 = '' AND o.id > ?2 ORDER BY o.id LIMIT ?3";
  static const std::string of_state =
      std::string(kPushColumns) + "WHERE o.state = ?1 AND o.id > ?2 ORDER BY o.id LIMIT ?3";
  Query query(db, state ? of_state.c_str() : all.c_str());
  query.bind(state ? to_string(*state) : std::string_view()).bind(after).bind(limit);
  return read_pushes(query);
}

std::vector<PushRow> pushes_of(Database& db, Id contact) {
  static const std::string sql = std::string(kPushColumns) + "WHERE o.contact_id = ? ORDER BY o.id";
  Query query(db, sql.c_str());
  query.bind(contact);
  return read_pushes(query);
}

std::vector<Reader::OutboxSummary> outbox_summary(Database& db, Millis now) {
  Query query(db,
              "SELECT c.name, o.state, count(*), min(o.created_at), sum(o.deadline_at < ?1 AND o.state IN "
              "('pending','sent','dead')) FROM outbox o JOIN connection c ON c.id = o.connection_id "
              "WHERE o.state IN ('pending','sent','dead') GROUP BY 1, 2 ORDER BY 1");
  query.bind(now);
  std::vector<Reader::OutboxSummary> all;
  while (query.step()) {
    if (all.empty() || all.back().connection != query.view(0)) all.push_back({query.text(0), {}, {}, 0});
    auto& summary = all.back();
    const PushState state = parse_name(query.view(1), PushState::superseded);
    summary.by_state[state] = query.integer(2);
    summary.overdue += query.integer(4);
    const Millis oldest = query.integer(3);
    if (state != PushState::dead && (!summary.oldest_open || oldest < *summary.oldest_open))
      summary.oldest_open = oldest;
  }
  return all;
}

}  // namespace crmsync::store::queries
