#include "daemon/api/times.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace crmsync::api {

namespace {

// Reads fixed-width numbers and single characters from the front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_.empty() || text_.front() < '0' || text_.front() > '9') return fail();
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return value;
  }

  char one_of(std::string_view allowed) {
    if (text_.empty() || allowed.find(text_.front()) == std::string_view::npos) return static_cast<char>(fail());
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }

  bool at_digit() const { return !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; }
  bool next_is(char c) const { return !text_.empty() && text_.front() == c; }
  bool done() const { return ok_ && text_.empty(); }
  bool ok() const { return ok_; }

 private:
  int fail() {
    ok_ = false;
    text_ = {};
    return 0;
  }
  std::string_view text_;
  bool ok_ = true;
};

int scan_millis(Scanner& in) {
  if (!in.next_is('.')) return 0;
  in.one_of(".");
  int millis = in.digits(1) * 100;
  for (int weight = 10; in.at_digit(); weight /= 10) millis += in.digits(1) * weight;
  return millis;
}

// Minutes east of UTC; 10,000 when out of range.
int scan_offset(Scanner& in) {
  const char sign = in.one_of("Zz+-");
  if (sign != '+' && sign != '-') return 0;
  const int hours = in.digits(2);
  in.one_of(":");
  const int minutes = in.digits(2);
  if (hours > 23 || minutes > 59) return 10'000;
  return (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::string to_rfc3339(domain::Millis at) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(at)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::optional<domain::Millis> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Scanner in(text);
  const int y = in.digits(4);
  in.one_of("-");
  const int m = in.digits(2);
  in.one_of("-");
  const int d = in.digits(2);
  in.one_of("Tt ");
  const int hour = in.digits(2);
  in.one_of(":");
  const int minute = in.digits(2);
  in.one_of(":");
  const int second = in.digits(2);
  const int millis = scan_millis(in);
  const int offset = scan_offset(in);
  const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
  if (!in.done() || !date.ok() || hour > 23 || minute > 59 || second > 60 || offset == 10'000) return std::nullopt;
  const auto moment = sys_days(date) + hours(hour) + minutes(minute - offset) + seconds(second) +
                      milliseconds(second == 60 ? 0 : millis);
  const auto since_epoch = moment.time_since_epoch().count();
  return since_epoch < 0 ? std::nullopt : std::optional<domain::Millis>(since_epoch);
}

}  // namespace crmsync::api
