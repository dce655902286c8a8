// The order of record ids: as numbers, which is how HubSpot sorts hs_object_id. Used to see that pages go forward.
#pragma once

#include <algorithm>
#include <string_view>

namespace crmsync::connectors::hubspot {

inline bool is_number(std::string_view id) noexcept {
  return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What is no number comes behind all numbers, by its bytes.
inline bool id_before(std::string_view a, std::string_view b) noexcept {
  if (is_number(a) != is_number(b)) return is_number(a);
  if (!is_number(a)) return a < b;
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace crmsync::connectors::hubspot
