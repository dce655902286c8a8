// Times as exports write them. Pure; used by RowCodec.
#pragma once

#include <optional>
#include <string_view>

#include "core/domain/millis.h"

namespace crmsync::connectors::csv {

// ISO 8601 (a "T" or a blank between; without a zone UTC; the time of day may be missing), seconds or milliseconds
// since the epoch (10 or 13 digits), or "MM/DD/YYYY" with or without a time of day (12 or 24 hours). nullopt for
// anything else, also for a date with slashes that could be DD/MM as well: a wrong time could make an opt-out look
// older than what is known, and it would be passed over; without a time nothing is.
std::optional<domain::Millis> parse_time(std::string_view text) noexcept;

}  // namespace crmsync::connectors::csv
