// What every list has: a page with an opaque cursor, and only what the caller may see. Used by the routes.
#pragma once

#include <memory>

#include "daemon/api/json.h"
#include "daemon/api/router.h"

namespace crmsync::api {

inline constexpr std::int64_t kMostPerPage = 1000;

// Cursors look alike to clients; `kind` tells one list's from another's.
std::string make_cursor(std::string_view kind, std::string_view place);
// nullopt: not a cursor of this list. An empty text is the start: an empty place.
std::optional<std::string> read_cursor(std::string_view kind, std::string_view cursor);
// The same for lists whose place is an id; 0 is the start.
std::optional<store::Id> read_id_cursor(std::string_view kind, std::string_view cursor);
Problem bad_cursor();

// {"items":[...],"next":CURSOR|null}
HttpResponse page_response(Json items, const std::string& next);

// The first `limit` rows of `rows`, which was asked for one more, and the cursor to go on: `id_of` the last row.
template <class Row, class IdOf, class ToJson>
HttpResponse page_of(const std::vector<Row>& rows, std::size_t limit, std::string_view kind, IdOf id_of,
                     ToJson to_json) {
  Json items = Json::array();
  for (std::size_t i = 0; i < rows.size() && i < limit; ++i) items.push_back(to_json(rows[i]));
  const bool more = rows.size() > limit;
  return page_response(std::move(items), more ? make_cursor(kind, std::to_string(id_of(rows[limit - 1]))) : "");
}

// Why the caller may not ask about this account: it is unknown or not theirs.
std::optional<Problem> refuse_account(const Context& context, const std::string& account);
// The same for a connection of the configuration.
std::optional<Problem> refuse_connection(const Context& context, const std::string& connection);
// The accounts that a list without `account` is about: {""} stands for all of them.
std::vector<std::string> accounts_to_read(const Context& context, const std::string& account);

// Names of connections (also of those that are no longer configured) whose account the caller sees, with the account.
std::map<std::string, std::string> visible_connections(store::Reader& reader, const Principal& principal);

// Conflicts are paged by contact and a contact can have several: a page ends between two contacts, so it may be longer
// than `limit`.
struct ConflictPage {
  std::vector<store::ConflictRow> conflicts;
  store::Id next = 0;  // 0: the end
};
ConflictPage read_conflicts(store::Reader& reader, const std::vector<std::string>& accounts, std::size_t limit,
                            store::Id after);

}  // namespace crmsync::api
