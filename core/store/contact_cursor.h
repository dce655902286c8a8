// Where a list of contacts goes on: the sort and the last row's key, as in "address|ann@example.com", "changed|TIME|ID"
// or "status|N|ADDRESS". Inside core/store only.
#pragma once

#include <optional>
#include <string>

#include "core/store/types.h"

namespace crmsync::store {

struct ContactCursor {
  std::int64_t number = 0;  // changed_at or status
  Id id = 0;                // sorted by change only
  std::string address;      // sorted by address or status
};

// nullopt: not a cursor of a list in this order.
std::optional<ContactCursor> parse_cursor(ContactSort sort, std::string_view text);

std::string cursor_after(ContactSort sort, const ContactRow& last);

}  // namespace crmsync::store
