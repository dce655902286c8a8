// Where a list of contacts goes on: the sort and the last row's key, as in "address|ann@example.com",
// "changed|TIME|ID", "status|N|ADDRESS" or "name|INDEXED|ID|KEY". Inside core/store only.
#pragma once

#include <optional>
#include <string>

#include "core/store/types.h"

namespace crmsync::store {

struct ContactCursor {
  std::int64_t number =
      0;  // changed_at, status, the id (as added) or (by name) the last contact that was indexed when the list began
  Id id = 0;            // sorted by change or name only
  std::string address;  // sorted by address or status; by name: the key of the name
};

// nullopt: not a cursor of a list in this order.
std::optional<ContactCursor> parse_cursor(ContactSort sort, std::string_view text);

// The place of a row in the order. By name, `indexed_to` as in ContactCursor::number: contacts behind it come last.
ContactCursor place_of(ContactSort sort, const ContactRow& row, Id indexed_to);
// By name: of a contact that was not in the index when the list began.
bool is_late(const ContactCursor& place);
// Whether `a` comes before `b`.
bool stands_before(ContactSort sort, const ContactCursor& a, const ContactCursor& b);
std::string to_text(ContactSort sort, const ContactCursor& place);

}  // namespace crmsync::store
