// Moments as clients may write them: RFC 3339, or a day in UTC for the whole of it. Used by the routes.
#pragma once

#include "core/store/types.h"
#include "daemon/api/fields.h"

namespace crmsync::api {

enum class Edge { start, end };  // of the day, where only a day is given
std::optional<domain::Millis> parse_moment(std::string_view text, Edge edge);

// `since` and `until` of a filter, both included.
void read_times(QueryFields& fields, store::ContactQuery& query);
void read_times(BodyFields& fields, store::ContactQuery& query);

// `at`: a moment that is over; a day that is not yet over means the present one. nullopt: not there, or refused.
std::optional<domain::Millis> read_past(QueryFields& fields, domain::Millis now);

}  // namespace crmsync::api
