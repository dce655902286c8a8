// Writing JSON and times straight into a string: a page of contacts is written a million times in a benchmark.
#pragma once

#include <string>
#include <string_view>

#include "tests/crm_server/crm.h"

namespace crmsync::crm_server {

// A JSON string with its quotes.
void append_quoted(std::string& out, std::string_view text);
// "2026-11-23T10:00:00.000Z" with quotes.
void append_time(std::string& out, Millis time);
std::string in_quotes(std::string_view text);
// As HTTP headers have it: "Mon, 23 Nov 2026 10:00:00 GMT".
std::string http_date(Millis time);
// The values of a query parameter, decoded; `a,b` counts as two.
std::vector<std::string> values_of(std::string_view query, std::string_view name);
std::optional<std::string> value_of(std::string_view query, std::string_view name);
std::string decode_percent(std::string_view text, bool plus_is_space);
std::optional<std::int64_t> number_in(std::string_view text);

}  // namespace crmsync::crm_server
