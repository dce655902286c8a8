// A list of contacts as it is asked for, and what every way of answering has in common. Inside core/store only.
#pragma once

#include <span>

#include "core/domain/search_text.h"
#include "core/store/contact_cursor.h"
#include "core/store/database.h"

namespace crmsync::store {

struct ContactQuestion {
  const ContactQuery& query;
  Id account = 0;
  domain::TextSearch text;
  std::optional<ContactCursor> after;  // nullopt: from the start
  Id indexed_to = 0;                   // when the list began; sorted by name only
  std::size_t limit = 50;
};

// Every statement selects id, address, display, name, status, reason, changed_at, and by this condition whether the
// contact `k` is asked for as far as SQL can tell; by name also the key of the name. Parameters: ?1 to ?5, which
// bind_question() binds; the others are the statement's own.
enum class Known { order_and_state, order, nothing };  // what the list that is walked guarantees already
std::string wanted_condition(const ContactQuery& query, Known known);
inline constexpr const char* kContactColumns =
    "SELECT k.id, k.address, k.display, k.name, k.status, k.reason, k.changed_at, ";
void bind_question(Query& statement, const ContactQuestion& question);

// Puts the rows of a list, which come in its order, into a page; looks at a bounded number.
class Collector {
 public:
  Collector(Database& db, const ContactQuestion& question) : db_(db), question_(question) {}
  // False: the page is done, and its `next` is set.
  bool take(const Query& row);
  static constexpr std::size_t kMostRead = 10'000;  // a few milliseconds
  ContactPage page;

 private:
  void end_at(const ContactRow& row, const std::string& key);

  Database& db_;
  const ContactQuestion& question_;
  ContactRow last_;       // that was looked at
  std::string last_key_;  // of its name, as the index has it
  std::string page_key_;  // of the last contact of the page
  std::size_t read_ = 0;
};

// As it stands in a row; the same strings are used again.
void read_contact_row(const Query& row, ContactRow& into);
bool is_wanted(const ContactQuestion& question, const Query& row, const ContactRow& contact);
// What a page has of a contact beside its row.
void complete(Database& db, const ContactQuestion& question, ContactRow& row);

// The few contacts that can be meant, where an index knows them and looking at each is less work than walking through
// the list until a page is full. nullopt: walk.
std::optional<std::vector<Id>> few_candidates(Database& db, const ContactQuestion& question);
ContactPage page_of_few(Database& db, const ContactQuestion& question, std::vector<Id> ids);

ContactPage page_by_name(Database& db, const ContactQuestion& question);

}  // namespace crmsync::store
