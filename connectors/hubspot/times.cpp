#include "connectors/hubspot/times.h"

#include <array>
#include <charconv>
#include <chrono>
#include <span>

namespace crmsync::connectors::hubspot {

namespace {

using domain::Millis;

// Takes fixed-width pieces from the front; after the first one that does not fit nothing fits.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : text_(text) {}

  int number(std::size_t width) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value * 10 + digit();
    return value;
  }

  bool skip(std::string_view expected) noexcept {
    if (!text_.starts_with(expected)) return fail();
    text_.remove_prefix(expected.size());
    return true;
  }

  // The place of the word that comes now, from 1; 0: none of them.
  unsigned word(std::span<const std::string_view> words) noexcept {
    for (unsigned i = 0; i < words.size(); ++i)
      if (text_.starts_with(words[i]) && skip(words[i])) return i + 1;
    fail();
    return 0;
  }

  bool at(char c) const noexcept { return !text_.empty() && text_.front() == c; }
  bool at_digit() const noexcept { return !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; }
  bool ended() const noexcept { return ok_ && text_.empty(); }

 private:
  int digit() noexcept {
    if (!at_digit()) return fail();
    const int value = text_.front() - '0';
    text_.remove_prefix(1);
    return value;
  }
  bool fail() noexcept {
    ok_ = false;
    text_ = {};
    return false;
  }

  std::string_view text_;
  bool ok_ = true;
};

struct Clock {
  int hour = 0, minute = 0, second = 0, millis = 0, offset = 0;  // offset: minutes east of UTC
};

void read_fraction(Scanner& in, Clock& clock) noexcept {
  if (!in.at('.')) return;
  in.skip(".");
  for (int weight = 100; in.at_digit(); weight /= 10) clock.millis += in.number(1) * weight;
}

void read_zone(Scanner& in, Clock& clock) noexcept {
  if (in.at('Z')) {
    in.skip("Z");
    return;
  }
  const int sign = in.at('-') ? -1 : 1;
  in.skip(sign < 0 ? "-" : "+");
  const int hours = in.number(2);
  in.skip(":");
  clock.offset = sign * (hours * 60 + in.number(2));
}

void read_clock(Scanner& in, Clock& clock) noexcept {
  clock.hour = in.number(2);
  in.skip(":");
  clock.minute = in.number(2);
  in.skip(":");
  clock.second = in.number(2);
}

std::optional<Millis> moment(const Scanner& in, int year, unsigned month, int day, const Clock& clock) noexcept {
  using namespace std::chrono;
  const year_month_day date(std::chrono::year(year), std::chrono::month(month),
                            std::chrono::day(static_cast<unsigned>(day)));
  if (!in.ended() || !date.ok() || clock.hour > 23 || clock.minute > 59 || clock.second > 60) return std::nullopt;
  const auto since_epoch = sys_days(date).time_since_epoch() + hours(clock.hour) +
                           minutes(clock.minute - clock.offset) + seconds(clock.second);
  const Millis at = milliseconds(since_epoch).count() + clock.millis;
  return at < 0 ? std::nullopt : std::optional(at);
}

std::optional<Millis> whole(std::string_view text) noexcept {
  Millis value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Millis> parse_time(std::string_view text) noexcept {
  constexpr Millis longest = 1'000'000'000'000'000;  // beyond it the sums of others overflow
  if (const auto number = whole(text)) return *number < longest ? number : std::nullopt;
  Scanner in(text);
  Clock clock;
  const int year = in.number(4);
  in.skip("-");
  const int month = in.number(2);
  in.skip("-");
  const int day = in.number(2);
  in.skip("T");
  read_clock(in, clock);
  read_fraction(in, clock);
  read_zone(in, clock);
  return moment(in, year, static_cast<unsigned>(month), day, clock);
}

std::optional<Millis> parse_http_date(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 7> days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Scanner in(text);
  Clock clock;
  in.word(days);
  in.skip(", ");
  const int day = in.number(2);
  in.skip(" ");
  const unsigned month = in.word(months);
  in.skip(" ");
  const int year = in.number(4);
  in.skip(" ");
  read_clock(in, clock);
  in.skip(" GMT");
  return moment(in, year, month, day, clock);
}

std::optional<Millis> parse_duration(std::string_view text) noexcept {
  if (text.size() < 2 || text.size() > 8) return std::nullopt;
  const auto number = whole(text.substr(0, text.size() - 1));
  if (!number || *number == 0) return std::nullopt;
  switch (text.back()) {
    case 's': return *number * domain::kSecond;
    case 'm': return *number * domain::kMinute;
    case 'h': return *number * domain::kHour;
    case 'd': return *number * domain::kDay;
    default: return std::nullopt;
  }
}

}  // namespace crmsync::connectors::hubspot
