// Lists by name: off the index of names as far as it went when the list began, then the contacts behind it by id. So
// nobody is lost or shown twice while it is being filled.
#include "core/store/contact_question.h"

namespace crmsync::store {

namespace {

bool in_the_index(const ContactQuestion& question) { return !question.after || !is_late(*question.after); }

// False: the page is done. Who was indexed since the list began is passed by, not filtered out: the number of rows that
// are read is bounded.
bool take_indexed(Database& db, const ContactQuestion& question, Collector& into) {
  Query query(db, kContactColumns + wanted_condition(question.query, Known::order) +
                      " AND k.id <= ?6, n.key FROM contact_name n CROSS JOIN contact k ON k.id = n.contact_id WHERE "
                      "n.account_id = ?1 AND (n.key, n.contact_id) > (?7, ?8) ORDER BY n.key, n.contact_id LIMIT ?9");
  bind_question(query, question);
  const auto after = question.after.value_or(ContactCursor{});
  query.bind(question.indexed_to).bind(after.address).bind(after.id).bind(Collector::kMostRead + 1);
  while (query.step())
    if (!into.take(query)) return false;
  return true;
}

// The account is looked at and not sought: what is behind the index came in at once, and mostly into one.
void take_late(Database& db, const ContactQuestion& question, Collector& into) {
  Query query(db, kContactColumns + wanted_condition(question.query, Known::order) +
                      ", '' FROM contact k WHERE k.id > ?6 ORDER BY k.id LIMIT ?7");
  bind_question(query, question);
  query.bind(in_the_index(question) ? question.indexed_to : question.after->id).bind(Collector::kMostRead + 1);
  while (query.step() && into.take(query)) {
  }
}

}  // namespace

ContactPage page_by_name(Database& db, const ContactQuestion& question) {
  Collector collector(db, question);
  if (!in_the_index(question) || take_indexed(db, question, collector)) take_late(db, question, collector);
  return std::move(collector.page);
}

}  // namespace crmsync::store
