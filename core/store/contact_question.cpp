#include "core/store/contact_question.h"

#include "core/store/parse_names.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store {

using domain::Status;

namespace {

std::string state_condition(const ContactQuery& query) {
  std::string all;
  if (query.status) all += " AND k.status = " + std::to_string(static_cast<int>(*query.status));
  if (query.reason) all += " AND EXISTS(SELECT 1 FROM suppression x WHERE x.contact_id = k.id AND x.reason = ?2)";
  return all;
}

}  // namespace

std::string wanted_condition(const ContactQuery& query, Known known) {
  std::string all = "k.account_id = ?1";
  if (!query.connection.empty())
    all +=
        " AND EXISTS(SELECT 1 FROM record r JOIN connection c ON c.id = r.connection_id WHERE r.contact_id = k.id "
        "AND c.name = ?3 AND r.deleted = 0)";
  if (known != Known::order_and_state) all += state_condition(query);
  if (query.sort != ContactSort::changed || known == Known::nothing) {
    if (query.since) all += " AND k.changed_at >= ?4";
    if (query.until) all += " AND k.changed_at <= ?5";
  }
  return all;
}

void bind_question(Query& statement, const ContactQuestion& question) {
  const auto& query = question.query;
  statement.bind(question.account);
  query.reason ? statement.bind(domain::to_string(*query.reason)) : statement.bind_null();
  statement.bind(query.connection).bind(query.since).bind(query.until);
}

void read_contact_row(const Query& row, ContactRow& into) {
  into.id = row.integer(0);
  into.address.assign(row.view(1));
  into.display.assign(row.view(2));
  into.name.assign(row.view(3));
  into.status = static_cast<Status>(row.integer(4));
  into.reason.reset();
  if (!row.view(5).empty()) into.reason = reason_named(row.view(5));
  into.changed_at = row.integer(6);
}

bool is_wanted(const ContactQuestion& question, const Query& row, const ContactRow& contact) {
  return row.integer(7) != 0 && question.text.finds(contact.address, contact.display, contact.name);
}

void complete(Database& db, const ContactQuestion& question, ContactRow& row) {
  row.account = question.query.account;
  if (!question.query.bare && row.status == Status::unsubscribed) row.suppressions = active_suppressions(db, row.id);
}

bool Collector::take(const Query& row) {
  if (read_ == kMostRead) {
    end_at(last_, last_key_);
    return false;
  }
  ++read_;
  // One contact may have the reason from several CRM records; they lie side by side in every order.
  if (row.integer(0) == last_.id) return true;
  read_contact_row(row, last_);
  if (question_.query.sort == ContactSort::name) last_key_.assign(row.view(8));
  if (!is_wanted(question_, row, last_)) return true;
  if (page.contacts.size() == question_.limit) {
    end_at(page.contacts.back(), page_key_);
    return false;
  }
  page.contacts.push_back(last_);
  page_key_ = last_key_;
  complete(db_, question_, page.contacts.back());
  return true;
}

void Collector::end_at(const ContactRow& row, const std::string& key) {
  const auto sort = question_.query.sort;
  const auto place =
      sort == ContactSort::name ? ContactCursor{question_.indexed_to, row.id, key} : place_of(sort, row, 0);
  page.next = to_text(sort, place);
}

}  // namespace crmsync::store
