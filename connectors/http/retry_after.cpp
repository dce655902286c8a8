#include <array>
#include <charconv>

#include "connectors/http/api.h"

namespace crmsync::connectors::http {

namespace {

using namespace std::chrono;
using Parsed = std::optional<sys_seconds>;

constexpr milliseconds kLongest = hours(24);
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Digits only; std::from_chars alone would take a sign.
std::optional<std::int64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<unsigned> month_of(std::string_view name) {
  for (unsigned index = 0; index < kMonths.size(); ++index)
    if (kMonths[index] == name) return index + 1;
  return std::nullopt;
}

struct Fields {
  std::string_view day, month, year, time;
};

Parsed point(const Fields& fields) {
  const auto day = number(trimmed(fields.day)), year = number(fields.year);
  const auto month = month_of(fields.month);
  const auto& time = fields.time;
  if (!day || !month || !year || time.size() != 8 || time[2] != ':' || time[5] != ':') return std::nullopt;
  const auto hour = number(time.substr(0, 2)), minute = number(time.substr(3, 2)), second = number(time.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (*day > 31 || *year > 9999) return std::nullopt;
  const year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
}

// RFC 9110, 5.6.7: a receiver takes the two old forms, too.
// "Sun, 06 Nov 1994 08:49:37 GMT"
Parsed imf_fixdate(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  return point({text.substr(5, 2), text.substr(8, 3), text.substr(12, 4), text.substr(17, 8)});
}

// "Sun Nov  6 08:49:37 1994"
Parsed asctime_date(std::string_view text) {
  if (text.size() != 24) return std::nullopt;
  return point({text.substr(8, 2), text.substr(4, 3), text.substr(20, 4), text.substr(11, 8)});
}

// "Sunday, 06-Nov-94 08:49:37 GMT"; two digits mean the latest such year that is at most 50 years ahead.
Parsed rfc850_date(std::string_view text, system_clock::time_point now) {
  const auto comma = text.find(", ");
  if (comma == std::string_view::npos || text.size() != comma + 24 || !text.ends_with(" GMT")) return std::nullopt;
  const auto rest = text.substr(comma + 2);
  const auto digits = number(rest.substr(7, 2));
  if (!digits || rest[2] != '-' || rest[6] != '-') return std::nullopt;
  const int this_year = static_cast<int>(year_month_day(floor<days>(now)).year());
  int year = this_year - this_year % 100 + static_cast<int>(*digits);
  if (year > this_year + 50) year -= 100;
  if (year <= this_year - 50) year += 100;
  return point({rest.substr(0, 2), rest.substr(3, 3), std::to_string(year), rest.substr(10, 8)});
}

}  // namespace

std::optional<milliseconds> parse_retry_after(std::string_view value, system_clock::time_point now) {
  const auto text = trimmed(value);
  if (const auto wait = number(text)) {
    if (*wait > duration_cast<seconds>(kLongest).count()) return std::nullopt;
    return seconds(*wait);
  }
  auto when = imf_fixdate(text);
  if (!when) when = rfc850_date(text, now);
  if (!when) when = asctime_date(text);
  if (!when) return std::nullopt;
  // Rounded up: a moment too early would be refused again.
  const auto wait = ceil<milliseconds>(*when - now);
  if (wait < milliseconds(0) || wait > kLongest) return std::nullopt;
  return wait;
}

}  // namespace crmsync::connectors::http
