// The way back from the names that the store writes. Inside core/store only; a name that is not ours is a damaged
// store.
#pragma once

#include <string_view>

#include "core/store/schema.h"
#include "core/store/types.h"

namespace crmsync::store {

// Tries every value of an enum from 0 to `last` whose to_string matches.
template <class Enum>
Enum parse_name(std::string_view name, Enum last) {
  for (int value = 0; value <= static_cast<int>(last); ++value)
    if (to_string(static_cast<Enum>(value)) == name) return static_cast<Enum>(value);
  throw StoreError("the store holds the unknown name \"" + std::string(name) +
                   "\": it is damaged or newer than this program");
}

inline domain::Reason reason_named(std::string_view name) { return parse_name(name, domain::Reason::deferral); }

}  // namespace crmsync::store
