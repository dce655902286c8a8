#include "connectors/csv/timestamp.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "connectors/csv/text.h"

namespace crmsync::connectors::csv {

namespace {

// Reads numbers and separators from the front of a text.
struct Scanner {
  std::string_view text;

  bool number(int& to, std::size_t digits_least, std::size_t digits_most) {
    std::size_t n = 0;
    int value = 0;
    for (; n < digits_most && n < text.size() && text[n] >= '0' && text[n] <= '9'; ++n)
      value = value * 10 + (text[n] - '0');
    if (n < digits_least) return false;
    text.remove_prefix(n);
    to = value;
    return true;
  }
  bool skip(char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  }
};

struct Parts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milli = 0, zone_minutes = 0;
};

std::optional<domain::Millis> to_millis(const Parts& p) {
  using namespace std::chrono;
  const year_month_day date{year(p.year), month(static_cast<unsigned>(p.month)), day(static_cast<unsigned>(p.day))};
  if (!date.ok() || p.hour > 23 || p.minute > 59 || p.second > 60) return std::nullopt;
  const auto days = sys_days(date).time_since_epoch().count();
  return ((days * 24LL + p.hour) * 60 + p.minute - p.zone_minutes) * domain::kMinute + p.second * domain::kSecond +
         p.milli;
}

bool fraction(Scanner& in, Parts& p) {
  if (in.text.empty() || in.text.front() < '0' || in.text.front() > '9') return false;
  for (int scale = 100; !in.text.empty() && in.text.front() >= '0' && in.text.front() <= '9'; scale /= 10) {
    p.milli += (in.text.front() - '0') * scale;
    in.text.remove_prefix(1);
  }
  return true;
}

bool time_of_day(Scanner& in, Parts& p) {
  if (!in.number(p.hour, 1, 2) || !in.skip(':') || !in.number(p.minute, 2, 2)) return false;
  if (!in.skip(':')) return true;
  if (!in.number(p.second, 2, 2)) return false;
  return !(in.skip('.') || in.skip(',')) || fraction(in, p);
}

bool zone(Scanner& in, Parts& p) {
  in.skip(' ');
  if (in.text.empty() || in.text == "Z" || in.text == "z" || in.text == "UTC" || in.text == "GMT") return true;
  const int sign = in.text.front() == '-' ? -1 : 1;
  if (!in.skip('+') && !in.skip('-')) return false;
  int hours = 0, minutes = 0;
  if (!in.number(hours, 2, 2)) return false;
  in.skip(':');
  if (!in.text.empty() && !in.number(minutes, 2, 2)) return false;
  p.zone_minutes = sign * (hours * 60 + minutes);
  return in.text.empty() && hours <= 18 && minutes <= 59;
}

// "AM", "PM" or nothing.
bool half_of_day(Scanner& in, Parts& p) {
  in.skip(' ');
  if (in.text.empty()) return true;
  const bool after_noon = equal_ignoring_case(in.text, "PM");
  if ((!after_noon && !equal_ignoring_case(in.text, "AM")) || p.hour < 1 || p.hour > 12) return false;
  p.hour = p.hour % 12 + (after_noon ? 12 : 0);
  return true;
}

std::optional<domain::Millis> epoch(std::string_view text) {
  if (text.size() != 10 && text.size() != 13) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  domain::Millis value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return text.size() == 10 ? value * domain::kSecond : value;
}

std::optional<domain::Millis> iso(std::string_view text) {
  Scanner in{text};
  Parts p;
  if (!in.number(p.year, 4, 4) || !in.skip('-') || !in.number(p.month, 2, 2) || !in.skip('-') ||
      !in.number(p.day, 2, 2))
    return std::nullopt;
  if (in.text.empty()) return to_millis(p);
  if (!in.skip('T') && !in.skip(' ')) return std::nullopt;
  return time_of_day(in, p) && zone(in, p) ? to_millis(p) : std::nullopt;
}

std::optional<domain::Millis> american(std::string_view text) {
  Scanner in{text};
  Parts p;
  if (!in.number(p.month, 1, 2) || !in.skip('/') || !in.number(p.day, 1, 2) || !in.skip('/') ||
      !in.number(p.year, 4, 4))
    return std::nullopt;
  const bool could_be_day_first = p.day <= 12 && p.day != p.month;
  if (could_be_day_first) return std::nullopt;
  if (in.text.empty()) return to_millis(p);
  in.skip(',');
  return in.skip(' ') && time_of_day(in, p) && half_of_day(in, p) ? to_millis(p) : std::nullopt;
}

}  // namespace

std::optional<domain::Millis> parse_time(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  if (const auto time = iso(text)) return time;
  if (const auto time = epoch(text)) return time;
  return american(text);
}

}  // namespace crmsync::connectors::csv
