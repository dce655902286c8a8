// Pages of contacts. Every order of every status is an index, of all contacts and of those with a reason; a list of
// several statuses merges theirs, so that no page walks past rows that it does not show. What no index knows (a text, a
// connection) is looked for in a bounded number of rows: a page may then be short, and says where to go on.
#include <algorithm>
#include <array>

#include "core/store/contact_cursor.h"
#include "core/store/parse_names.h"
#include "core/store/queries.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store::queries {

using domain::Status;

namespace {

constexpr std::size_t kMostRead = 10'000;  // rows that one page looks at: a few milliseconds

// LIKE pattern for a substring; the escape character is '\'.
std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

// Puts the statement together. Parameters: ?1 account, ?2 reason, ?3 pattern, ?4 connection, ?5 number, ?6 address and
// ?7 id of the cursor, ?8 the most rows.
class ListStatement {
 public:
  ListStatement(const ContactQuery& query, const ContactCursor& after) : q_(query), after_(after) {}

  std::string text() const {
    std::string sql;
    for (const auto status : statuses()) sql += (sql.empty() ? "" : " UNION ALL ") + one_list(status);
    return sql + " ORDER BY " + order() + " LIMIT ?8";
  }

 private:
  // The lists to merge; nullopt: all statuses are in one index.
  std::vector<std::optional<Status>> statuses() const {
    if (q_.status) return {q_.status};
    if (!q_.reason && q_.sort == ContactSort::address) return {std::nullopt};
    const int first = q_.sort == ContactSort::status && !q_.after.empty() ? static_cast<int>(after_.number) : 0;
    std::vector<std::optional<Status>> all;
    for (const auto status : {Status::subscribed, Status::unsubscribed, Status::on_hold})
      if (static_cast<int>(status) >= first) all.emplace_back(status);
    if (all.empty()) all.emplace_back(Status::on_hold);  // a cursor that nobody was given
    return all;
  }

  // The order's columns come from the table whose index has them, so that nothing has to be sorted.
  std::string one_list(std::optional<Status> status) const {
    const std::string t = q_.reason ? "s" : "k";
    std::string sql = "SELECT " + std::string(q_.reason ? "s.contact_id" : "k.id") + " AS id, " + t +
                      ".address AS address, k.display, k.name, " + t + ".status AS status, k.reason, " + t +
                      ".changed_at AS changed_at, " + matches() + " FROM ";
    sql += q_.reason ? "suppression s CROSS JOIN contact k ON k.id = s.contact_id" : "contact k";
    sql += " WHERE " + t + ".account_id = (SELECT id FROM account WHERE name = ?1)";
    if (q_.reason) sql += " AND s.reason = ?2";
    if (status) sql += " AND " + t + ".status = " + std::to_string(static_cast<int>(*status));
    if (goes_on_within(status)) sql += " AND " + behind(t);
    return sql;
  }

  bool goes_on_within(std::optional<Status> status) const {
    if (q_.after.empty()) return false;
    return q_.sort != ContactSort::status || (status && static_cast<int>(*status) <= after_.number);
  }

  std::string behind(const std::string& t) const {
    if (q_.sort != ContactSort::changed) return t + ".address > ?6";
    return "(" + t + ".changed_at, " + (q_.reason ? "s.contact_id" : "k.id") + ") < (?5, ?7)";
  }

  // Whether a row is asked for, where no index tells.
  std::string matches() const {
    std::string all = "1";
    if (!q_.text.empty()) all += " AND (k.address LIKE ?3 ESCAPE '\\' OR k.name LIKE ?3 ESCAPE '\\')";
    if (!q_.connection.empty())
      all +=
          " AND EXISTS(SELECT 1 FROM record r JOIN connection c ON c.id = r.connection_id WHERE r.contact_id = k.id "
          "AND c.name = ?4 AND r.deleted = 0)";
    return all;
  }

  std::string order() const {
    switch (q_.sort) {
      case ContactSort::address: return "address";
      case ContactSort::changed: return "changed_at DESC, id DESC";
      case ContactSort::status: break;
    }
    return "status, address";
  }

  const ContactQuery& q_;
  const ContactCursor& after_;
};

ContactRow read_row(const Query& query, const std::string& account) {
  ContactRow row;
  row.id = query.integer(0), row.account = account, row.address = query.text(1);
  row.display = query.text(2), row.name = query.text(3);
  row.status = static_cast<Status>(query.integer(4));
  if (!query.view(5).empty()) row.reason = reason_named(query.view(5));
  row.changed_at = query.integer(6);
  return row;
}

}  // namespace

std::optional<ContactPage> contacts(Database& db, const ContactQuery& q) {
  std::optional<ContactCursor> after = ContactCursor{};
  if (!q.after.empty()) after = parse_cursor(q.sort, q.after);
  if (!after) return std::nullopt;
  Query query(db, ListStatement(q, *after).text());
  query.bind(q.account);
  q.reason ? query.bind(domain::to_string(*q.reason)) : query.bind_null();
  query.bind(like_pattern(q.text)).bind(q.connection).bind(after->number).bind(after->address).bind(after->id);
  query.bind(kMostRead + 1);
  const std::size_t limit = std::clamp<std::size_t>(q.limit, 1, q.bare ? kMostRead : 1000);
  ContactPage page;
  ContactRow last;  // that was looked at
  for (std::size_t read = 0; query.step(); ++read) {
    const bool wanted = query.integer(7) != 0;
    if (read == kMostRead || (wanted && page.contacts.size() == limit && query.integer(0) != last.id)) {
      page.next = cursor_after(q.sort, page.contacts.size() == limit ? page.contacts.back() : last);
      break;
    }
    // One contact may have the reason from several CRM records; they lie side by side in every order.
    if (query.integer(0) == last.id) continue;
    last = read_row(query, q.account);
    if (!wanted) continue;
    page.contacts.push_back(last);
    auto& row = page.contacts.back();
    if (!q.bare && row.status == Status::unsubscribed) row.suppressions = active_suppressions(db, row.id);
  }
  return page;
}

}  // namespace crmsync::store::queries
