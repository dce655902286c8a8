// What HubSpot's statuses, error bodies and rate limit headers mean. Pure but for Limits, which remembers what the
// headers said; used by the connector as the Dialect of its http::Api.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/http/message.h"
#include "connectors/http/rate_limiter.h"
#include "core/domain/millis.h"
#include "core/result.h"

namespace crmsync::connectors::hubspot {

// The account's clock: its day ends the daily limit.
struct DayEnd {
  domain::Millis now = 0;
  std::optional<domain::Millis> utc_offset;  // of the account, once known
};

// The error of a response >= 400. Its message has what a person needs of the body, never an address.
Error error_of(const http::Response& response, const DayEnd& day);

// Whether that error says that the token lacks a scope for this call.
bool is_missing_scope(const Error& error);

// Until the account's next midnight, when the daily limit starts again; an hour where its time zone is not known.
std::chrono::milliseconds until_day_ends(const DayEnd& day);

// What the headers of a response say about limits.
struct LimitHeaders {
  std::optional<http::Rate> rate;
  std::optional<double> remaining;
  std::optional<double> daily;
  std::optional<double> daily_remaining;
};
LimitHeaders limit_headers(const http::Response& response);

// The search has five requests a second for the whole account and says nothing of them in headers; every other answer
// tells the burst limit. Windows are taken a little longer than HubSpot says: how they move is not documented, and what
// is sent at an even pace arrives at an uneven one.
http::Rate search_rate();
http::Rate highest_rate();  // until a header has told the account's

}  // namespace crmsync::connectors::hubspot
