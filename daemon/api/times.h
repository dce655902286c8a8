// Moments as RFC 3339 texts: what the API writes and reads. Used by the codecs and by crmsyncctl.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/domain/millis.h"

namespace crmsync::api {

// "2026-11-23T10:00:00.000Z"
std::string to_rfc3339(domain::Millis at);

// RFC 3339 section 5.6 with any offset and any number of decimals (cut to milliseconds); a leap second is the next
// second's start. nullopt: something else, or a year before 1970.
std::optional<domain::Millis> parse_rfc3339(std::string_view text);

}  // namespace crmsync::api
