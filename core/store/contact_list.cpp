// Pages of contacts. Every order of every status is an index, of all contacts and of those with a reason; a list of
// several statuses merges theirs, so that no page walks past rows that it does not show. What no index knows, or what
// many contacts have, is looked for in a bounded number of rows: a page may then be short, and says where to go on.
#include <algorithm>

#include "core/store/contact_question.h"
#include "core/store/queries.h"
#include "core/store/search_index.h"

namespace crmsync::store::queries {

using domain::Status;

namespace {

// Puts the statement together. Parameters: those of the question, ?6 number, ?7 address and ?8 id of the cursor, ?9 the
// most rows.
class ListStatement {
 public:
  ListStatement(const ContactQuery& query, const std::optional<ContactCursor>& after)
      : q_(query), goes_on_(after.has_value()), after_(after.value_or(ContactCursor{})) {}

  std::string text() const {
    std::string sql;
    for (const auto status : statuses()) sql += (sql.empty() ? "" : " UNION ALL ") + one_list(status);
    return sql + " ORDER BY " + order() + " LIMIT ?9";
  }

 private:
  // The lists to merge; nullopt: all statuses are in one index.
  std::vector<std::optional<Status>> statuses() const {
    if (q_.status) return {q_.status};
    if (!q_.reason && q_.sort == ContactSort::address) return {std::nullopt};
    const int first = q_.sort == ContactSort::status && goes_on_ ? static_cast<int>(after_.number) : 0;
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
                      ".changed_at AS changed_at, " + wanted_condition(q_, Known::order_and_state) + " FROM ";
    sql += q_.reason ? "suppression s CROSS JOIN contact k ON k.id = s.contact_id" : "contact k";
    sql += " WHERE " + t + ".account_id = ?1";
    if (q_.reason) sql += " AND s.reason = ?2";
    if (status) sql += " AND " + t + ".status = " + std::to_string(static_cast<int>(*status));
    if (goes_on_within(status)) sql += " AND " + behind(t);
    if (q_.sort == ContactSort::changed && q_.since) sql += " AND " + t + ".changed_at >= ?4";
    return sql;
  }

  bool goes_on_within(std::optional<Status> status) const {
    if (!goes_on_) return false;
    return q_.sort != ContactSort::status || (status && static_cast<int>(*status) <= after_.number);
  }

  std::string behind(const std::string& t) const {
    if (q_.sort != ContactSort::changed) return t + ".address > ?7";
    return "(" + t + ".changed_at, " + (q_.reason ? "s.contact_id" : "k.id") + ") < (?6, ?8)";
  }

  std::string order() const {
    switch (q_.sort) {
      case ContactSort::address: return "address";
      case ContactSort::changed: return "changed_at DESC, id DESC";
      case ContactSort::status:
      case ContactSort::name: break;
    }
    return "status, address";
  }

  const ContactQuery& q_;
  const bool goes_on_;
  const ContactCursor after_;
};

Id account_named(Database& db, const std::string& name) {
  Query query(db, "SELECT id FROM account WHERE name = ?");
  query.bind(name);
  return query.step() ? query.integer(0) : 0;
}

ContactPage page_of_walk(Database& db, const ContactQuestion& question) {
  Query query(db, ListStatement(question.query, question.after).text());
  bind_question(query, question);
  const auto after = question.after.value_or(ContactCursor{});
  query.bind(after.number).bind(after.address).bind(after.id).bind(Collector::kMostRead + 1);
  Collector collector(db, question);
  while (query.step() && collector.take(query)) {
  }
  return std::move(collector.page);
}

}  // namespace

std::optional<ContactPage> contacts(Database& db, const ContactQuery& q) {
  const std::size_t limit = std::clamp<std::size_t>(q.limit, 1, q.bare ? Collector::kMostRead : 1000);
  ContactQuestion question{q, 0, domain::TextSearch(q.text), std::nullopt, 0, limit};
  if (!q.after.empty()) question.after = parse_cursor(q.sort, q.after);
  if (!q.after.empty() && !question.after) return std::nullopt;
  // The newest change asked for is a place to go on from: two upper bounds, and SQLite might begin at the farther one.
  if (q.sort == ContactSort::changed && q.until && (!question.after || question.after->number > *q.until))
    question.after = ContactCursor{*q.until, INT64_MAX, ""};
  ReadTransaction one_moment(db);
  question.account = account_named(db, q.account);
  if (question.account == 0) return ContactPage{};
  if (q.sort == ContactSort::name)
    question.indexed_to = question.after ? question.after->number : search_index::indexed_to(db);
  if (auto ids = few_candidates(db, question)) return page_of_few(db, question, std::move(*ids));
  return q.sort == ContactSort::name ? page_by_name(db, question) : page_of_walk(db, question);
}

}  // namespace crmsync::store::queries
