// Lists of few contacts: an index says which it can be, each is looked at, and they are put in order here.
#include <algorithm>
#include <cmath>

#include "core/store/contact_question.h"
#include "core/store/search_index.h"

namespace crmsync::store {

namespace {

constexpr std::size_t kFew = 5'000;
constexpr std::size_t kQuick = 1'000;  // where another order is as good

using Ids = std::optional<std::vector<Id>>;

// More than `most`: nullopt.
Ids ids_of(Query& query, std::size_t most) {
  std::vector<Id> ids;
  while (query.step()) ids.push_back(query.integer(0));
  return ids.size() > most ? Ids() : Ids(std::move(ids));
}

std::int64_t contacts_of(Database& db, Id account) {
  Query query(db,
              "SELECT coalesce(sum(n), 0) FROM counter WHERE account_id = ? AND key >= 'status:' AND key < 'status;'");
  query.bind(account).step();
  return query.integer(0);
}

bool are_few(Database& db, Id account, const std::string& counter, std::size_t most) {
  Query query(db, "SELECT 1 FROM counter WHERE account_id = ? AND key = ? AND n > ?");
  return !query.bind(account).bind(counter).bind(most).step();
}

// So many contacts among all fill a page after as many rows of the list: from there on walking is less work.
std::size_t worth_it(Database& db, const ContactQuestion& question) {
  const auto all = static_cast<double>(contacts_of(db, question.account));
  const auto even = std::sqrt(static_cast<double>(question.limit) * all);
  return std::min(question.quickly ? kQuick : kFew, static_cast<std::size_t>(even) + 1);
}

Ids by_reason(Database& db, const ContactQuestion& question, std::size_t most) {
  const auto reason = domain::to_string(*question.query.reason);
  if (!are_few(db, question.account, "reason:" + std::string(reason), most)) return std::nullopt;
  Query query(db, "SELECT contact_id FROM suppression WHERE account_id = ? AND reason = ? LIMIT ?");
  query.bind(question.account).bind(reason).bind(most + 1);
  return ids_of(query, most);
}

Ids by_status(Database& db, const ContactQuestion& question, std::size_t most) {
  const auto status = domain::to_string(*question.query.status);
  if (!are_few(db, question.account, "status:" + std::string(status), most)) return std::nullopt;
  Query query(db, "SELECT id FROM contact WHERE account_id = ? AND status = ? LIMIT ?");
  query.bind(question.account).bind(static_cast<int>(*question.query.status)).bind(most + 1);
  return ids_of(query, most);
}

Ids by_time(Database& db, const ContactQuestion& question, std::size_t most) {
  Query query(db,
              "SELECT id FROM contact WHERE account_id = ? AND status IN (0,1,2) AND changed_at >= ? AND changed_at <= "
              "? LIMIT ?");
  query.bind(question.account).bind(question.query.since.value_or(0));
  query.bind(question.query.until.value_or(INT64_MAX)).bind(most + 1);
  return ids_of(query, most);
}

Ids by_connection(Database& db, const ContactQuestion& question, std::size_t most) {
  Query known(db, "SELECT id FROM connection WHERE name = ? AND records <= ?");
  if (!known.bind(question.query.connection).bind(most).step()) return std::nullopt;
  Query query(db, "SELECT coalesce(contact_id, 0) FROM record WHERE connection_id = ? LIMIT ?");
  query.bind(known.integer(0)).bind(most + 1);
  return ids_of(query, most);
}

Ids by_account(Database& db, const ContactQuestion& question, std::size_t most) {
  if (contacts_of(db, question.account) > static_cast<std::int64_t>(most)) return std::nullopt;
  Query query(db, "SELECT id FROM contact WHERE account_id = ? LIMIT ?");
  query.bind(question.account).bind(most + 1);
  return ids_of(query, most);
}

std::string json_array(const std::vector<Id>& ids) {
  std::string json = "[";
  for (const Id id : ids) json.append(json.size() > 1 ? "," : "").append(std::to_string(id));
  return json + "]";
}

}  // namespace

Ids few_candidates(Database& db, const ContactQuestion& question) {
  const auto& query = question.query;
  const bool no_index = query.sort == ContactSort::name || query.sort == ContactSort::added;
  const std::size_t most = worth_it(db, question);
  Ids ids;
  if (!question.text.for_all()) ids = search_index::candidates(db, question.account, question.text, most);
  if (!ids && no_index && query.reason) ids = by_reason(db, question, most);
  if (!ids && no_index && query.status) ids = by_status(db, question, most);
  if (!ids && query.sort != ContactSort::changed && (query.since || query.until)) ids = by_time(db, question, most);
  if (!ids && !query.connection.empty()) ids = by_connection(db, question, most);
  if (!ids && query.sort == ContactSort::added && question.text.for_all()) ids = by_account(db, question, kFew);
  return ids;
}

ContactPage page_of_few(Database& db, const ContactQuestion& question, std::vector<Id> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Query query(db, kContactColumns + wanted_condition(question.query, Known::nothing) +
                      " FROM json_each(?6) j CROSS JOIN contact k ON k.id = j.value");
  bind_question(query, question);
  query.bind(json_array(ids));
  const auto sort = question.query.sort;
  std::vector<std::pair<ContactCursor, ContactRow>> rows;
  for (ContactRow row; query.step();) {
    read_contact_row(query, row);
    if (!is_wanted(question, query, row)) continue;
    auto place = place_of(sort, row, question.indexed_to);
    if (!question.after || stands_before(sort, *question.after, place)) rows.emplace_back(std::move(place), row);
  }
  const std::size_t shown = std::min(question.limit, rows.size());
  const auto before = [&](const auto& a, const auto& b) { return stands_before(sort, a.first, b.first); };
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(), before);
  ContactPage page;
  for (std::size_t i = 0; i < shown; ++i) {
    page.contacts.push_back(std::move(rows[i].second));
    complete(db, question, page.contacts.back());
  }
  if (rows.size() > shown) page.next = to_text(sort, rows[shown - 1].first);
  return page;
}

}  // namespace crmsync::store
