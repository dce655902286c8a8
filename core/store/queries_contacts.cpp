#include <algorithm>
#include <tuple>

#include "core/store/parse_names.h"
#include "core/store/queries.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store::queries {

using domain::Status;

namespace {

constexpr std::string_view kContactColumns =
    "SELECT k.id, a.name, k.address, k.display, k.name, k.status, k.reason, k.changed_at FROM contact k "
    "JOIN account a ON a.id = k.account_id ";

ContactRow read_contact(const Query& query) {
  ContactRow row;
  row.id = query.integer(0), row.account = query.text(1), row.address = query.text(2);
  row.display = query.text(3), row.name = query.text(4);
  row.status = static_cast<Status>(query.integer(5));
  if (!query.view(6).empty()) row.reason = reason_named(query.view(6));
  row.changed_at = query.integer(7);
  return row;
}

void add_records(Database& db, ContactRow& row) {
  Query query(db,
              "SELECT c.name, r.external_id, r.opted_out, r.modified_at, r.deleted FROM record r JOIN connection c "
              "ON c.id = r.connection_id WHERE r.contact_id = ? ORDER BY c.name, r.external_id");
  query.bind(row.id);
  while (query.step()) {
    RecordRow record{query.text(0), query.text(1), std::nullopt, query.maybe(3), query.integer(4) != 0};
    if (const auto opted_out = query.maybe(2)) record.opted_out = *opted_out != 0;
    row.records.push_back(std::move(record));
  }
}

void add_holds(Database& db, ContactRow& row) {
  Query query(db,
              "SELECT h.cause, coalesce((SELECT run_id FROM change WHERE id = h.ref AND h.cause = 'change'), 0), h.ref "
              "FROM hold h WHERE h.contact_id = ? ORDER BY h.cause, h.ref");
  query.bind(row.id);
  while (query.step())
    if (query.view(0) == "job")
      row.holds.push_back("held job j" + query.text(2));
    else
      row.holds.push_back(query.view(0) == "change" ? "held run " + query.text(1) : "the CRM record flips too often");
}

std::optional<ContactRow> whole_contact(Database& db, Query& query) {
  if (!query.step()) return std::nullopt;
  ContactRow row = read_contact(query);
  row.suppressions = active_suppressions(db, row.id);
  std::sort(row.suppressions.begin(), row.suppressions.end(),
            [](const auto& a, const auto& b) { return std::tie(a.reason, a.source) < std::tie(b.reason, b.source); });
  add_records(db, row);
  add_holds(db, row);
  return row;
}

}  // namespace

ContactCounts counts(Database& db, const std::string& account) {
  ContactCounts counts;
  Query query(db, "SELECT key, n FROM counter WHERE account_id = (SELECT id FROM account WHERE name = ?)");
  query.bind(account);
  while (query.step()) set_count(counts, query.view(0), query.integer(1));
  return counts;
}

void set_count(ContactCounts& counts, std::string_view key, std::int64_t n) {
  if (key.starts_with("status:"))
    counts.by_status[*domain::parse_status(key.substr(7))] = n;
  else if (n > 0)
    counts.by_reason[reason_named(key.substr(7))] = n;
  else
    counts.by_reason.erase(reason_named(key.substr(7)));
}

std::optional<ContactRow> contact(Database& db, Id id) {
  static const std::string sql = std::string(kContactColumns) + "WHERE k.id = ?";
  Query query(db, sql.c_str());
  query.bind(id);
  return whole_contact(db, query);
}

std::optional<ContactRow> contact(Database& db, const std::string& account, const std::string& address) {
  static const std::string sql = std::string(kContactColumns) + "WHERE a.name = ? AND k.address = ?";
  Query query(db, sql.c_str());
  query.bind(account).bind(address);
  return whole_contact(db, query);
}

std::vector<ConflictRow> conflicts(Database& db, const std::string& account, std::size_t limit, Id after) {
  Query query(db,
              "SELECT c.name, r.external_id, k.id, k.address, f.since, f.remaining FROM conflict f "
              "JOIN record r ON r.id = f.record_id JOIN contact k ON k.id = f.contact_id "
              "JOIN connection c ON c.id = r.connection_id JOIN account a ON a.id = c.account_id "
              "WHERE (?1 = '' OR a.name = ?1) AND f.contact_id > ?2 ORDER BY f.contact_id LIMIT ?3");
  query.bind(account).bind(after).bind(limit);
  std::vector<ConflictRow> rows;
  while (query.step()) {
    ConflictRow row{query.text(0), query.text(1), query.integer(2), query.text(3), query.integer(4), {}};
    std::string_view names = query.view(5);
    while (!names.empty()) {
      const auto comma = names.find(',');
      row.remaining.push_back(reason_named(names.substr(0, comma)));
      names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::int64_t conflict_count(Database& db) {
  Query query(db, "SELECT count(*) FROM conflict");
  query.step();
  return query.integer(0);
}

}  // namespace crmsync::store::queries
