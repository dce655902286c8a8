// Lists as contacts were added. That is also the order of the index of searches, so that what many contacts have is
// read off it from where the page before ended.
#include <algorithm>

#include "core/store/contact_question.h"
#include "core/store/search_index.h"

namespace crmsync::store {

ContactPage page_as_added(Database& db, const ContactQuestion& question) {
  ContactQuestion rest = question;
  ContactPage page;
  Id after = question.after ? question.after->number : 0;
  // Nearly all that the index names are meant, unless another filter picks among them.
  std::size_t chunk = question.limit + question.limit / 8 + 8;
  for (std::size_t read = 0; read < Collector::kMostRead && page.contacts.size() < question.limit; chunk *= 4) {
    auto ids = search_index::next_candidates(db, question.account, question.text, after,
                                             std::min(chunk, Collector::kMostRead - read));
    if (ids.empty()) {
      page.next.clear();
      return page;
    }
    read += ids.size();
    after = ids.back();
    rest.limit = question.limit - page.contacts.size();
    auto part = page_of_few(db, rest, std::move(ids));
    std::move(part.contacts.begin(), part.contacts.end(), std::back_inserter(page.contacts));
    page.next = part.next.empty() ? to_text(ContactSort::added, {after, 0, ""}) : std::move(part.next);
  }
  return page;
}

}  // namespace crmsync::store
