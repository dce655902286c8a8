#include <algorithm>
#include <array>
#include <charconv>
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

// A cursor names the sort and the last row's key: "address|ann@example.com", "changed|TIME|ID", "status|N|ADDRESS".
struct After {
  std::int64_t number = 0;  // changed_at or status
  Id id = 0;
  std::string address;
};

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<After> parse_after(const ContactQuery& query) {
  constexpr std::array<std::string_view, 3> names{"address|", "changed|", "status|"};
  const auto prefix = names[static_cast<std::size_t>(query.sort)];
  std::string_view text = query.after;
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  After after;
  if (query.sort == ContactSort::address) {
    after.address = text;
    return after;
  }
  const auto bar = text.find('|');
  const auto number = number_in(text.substr(0, bar));
  if (bar == std::string_view::npos || !number) return std::nullopt;
  after.number = *number;
  text.remove_prefix(bar + 1);
  if (query.sort == ContactSort::status) {
    after.address = text;
    return after;
  }
  const auto id = number_in(text);
  if (!id) return std::nullopt;
  after.id = *id;
  return after;
}

std::string next_after(const ContactQuery& query, const ContactRow& last) {
  switch (query.sort) {
    case ContactSort::address: return "address|" + last.address;
    case ContactSort::changed: return "changed|" + std::to_string(last.changed_at) + "|" + std::to_string(last.id);
    case ContactSort::status: break;
  }
  return "status|" + std::to_string(static_cast<int>(last.status)) + "|" + last.address;
}

// LIKE pattern for a substring; the escape character is '\'.
std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

// Each shape of question is served by an index: by address, by status, by last change, and by reason (the suppressions'
// own index drives the listing). The text filter scans.
std::string statement_for(const ContactQuery& q) {
  const bool by_reason = q.reason.has_value() && q.sort == ContactSort::address;
  const std::string account = "(SELECT id FROM account WHERE name = ?1)";
  std::string sql = "SELECT k.id, ?1, k.address, k.display, k.name, k.status, k.reason, k.changed_at FROM ";
  if (by_reason)
    sql += "suppression s CROSS JOIN contact k ON k.id = s.contact_id WHERE s.account_id = " + account +
           " AND s.reason = ?3 ";
  else
    sql += "contact k WHERE k.account_id = " + account + " ";
  if (q.reason && !by_reason)
    sql += "AND EXISTS(SELECT 1 FROM suppression s WHERE s.contact_id = k.id AND s.reason = ?3) ";
  if (q.status) sql += "AND k.status = ?2 ";
  if (!q.text.empty()) sql += "AND (k.address LIKE ?4 ESCAPE '\\' OR k.name LIKE ?4 ESCAPE '\\') ";
  if (!q.connection.empty())
    sql +=
        "AND EXISTS(SELECT 1 FROM record r JOIN connection c ON c.id = r.connection_id WHERE r.contact_id = k.id "
        "AND c.name = ?5 AND r.deleted = 0) ";
  const bool continued = !q.after.empty();
  if (q.sort == ContactSort::address) {
    const std::string key = by_reason ? "s.address" : "k.address";
    if (continued) sql += "AND " + key + " > ?7 ";
    if (by_reason) sql += "GROUP BY s.address ";
    sql += "ORDER BY " + key;
  } else if (q.sort == ContactSort::changed) {
    if (continued) sql += "AND (k.changed_at, k.id) < (?6, ?8) ";
    sql += "ORDER BY k.changed_at DESC, k.id DESC";
  } else {
    // Of one status the address alone tells where to go on: by the pair, SQLite walks through the page's predecessors.
    if (continued) sql += q.status ? "AND k.address > ?7 " : "AND (k.status, k.address) > (?6, ?7) ";
    sql += "ORDER BY k.status, k.address";
  }
  return sql + " LIMIT ?9";
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
              "SELECT h.cause, coalesce((SELECT run_id FROM change WHERE id = h.ref AND h.cause = 'change'), 0) "
              "FROM hold h WHERE h.contact_id = ? ORDER BY h.cause, h.ref");
  query.bind(row.id);
  while (query.step())
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

std::optional<ContactPage> contacts(Database& db, const ContactQuery& q) {
  std::optional<After> after = After{};
  if (!q.after.empty()) after = parse_after(q);
  if (!after) return std::nullopt;
  Query query(db, statement_for(q));
  query.bind(q.account);
  q.status ? query.bind(static_cast<int>(*q.status)) : query.bind_null();
  q.reason ? query.bind(domain::to_string(*q.reason)) : query.bind_null();
  query.bind(like_pattern(q.text)).bind(q.connection).bind(after->number).bind(after->address).bind(after->id);
  const std::size_t limit = std::clamp<std::size_t>(q.limit, 1, 1000);
  query.bind(limit + 1);
  ContactPage page;
  while (query.step()) {
    if (page.contacts.size() == limit) {
      page.next = next_after(q, page.contacts.back());
      break;
    }
    page.contacts.push_back(read_contact(query));
    auto& row = page.contacts.back();
    if (row.status == Status::unsubscribed) row.suppressions = active_suppressions(db, row.id);
  }
  return page;
}

ContactCounts counts(Database& db, const std::string& account) {
  ContactCounts counts;
  Query query(db, "SELECT key, n FROM counter WHERE account_id = (SELECT id FROM account WHERE name = ?)");
  query.bind(account);
  while (query.step()) {
    const std::string_view key = query.view(0);
    if (key.starts_with("status:"))
      counts.by_status[*domain::parse_status(key.substr(7))] = query.integer(1);
    else if (query.integer(1) > 0)
      counts.by_reason[reason_named(key.substr(7))] = query.integer(1);
  }
  return counts;
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
