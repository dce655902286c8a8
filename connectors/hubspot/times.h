// Times as HubSpot writes them. Pure; used by the codec, the cursor and the rate limits.
#pragma once

#include <optional>
#include <string_view>

#include "core/domain/millis.h"

namespace crmsync::connectors::hubspot {

// A property or field: ISO 8601 with a zone ("2025-07-07T20:27:17.947Z") or milliseconds since the epoch.
std::optional<domain::Millis> parse_time(std::string_view text) noexcept;

// The Date header of a response ("Sun, 06 Nov 1994 08:49:37 GMT").
std::optional<domain::Millis> parse_http_date(std::string_view text) noexcept;

// "30s", "15m", "6h", "1d"; nullopt for anything else and for nothing at all.
std::optional<domain::Millis> parse_duration(std::string_view text) noexcept;

}  // namespace crmsync::connectors::hubspot
