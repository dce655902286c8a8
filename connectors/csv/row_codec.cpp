#include "connectors/csv/row_codec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "connectors/csv/encoding.h"

namespace crmsync::connectors::csv {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
           return low(x) == low(y);
         });
}

void assign(std::string& to, std::string_view cell) {
  if (is_utf8(cell))
    to.assign(cell);
  else
    to = from_windows_1252(cell);
}

constexpr std::array<std::string_view, 7> kDefaultNo{"true", "yes", "1", "y", "x", "unsubscribed", "opted out"};
// Whole words that can only mean "not opted out", even at the very end of a file.
constexpr std::array<std::string_view, 3> kYes{"false", "no", "0"};

}  // namespace

RowCodec::RowCodec(Columns columns, const std::vector<std::string>& values)
    : columns_(std::move(columns)), no_values_(values) {
  if (no_values_.empty()) no_values_.assign(kDefaultNo.begin(), kDefaultNo.end());
}

bool RowCodec::is_no(std::string_view cell) const {
  if (columns_.any_value_is_no) return !cell.empty();
  if (cell.empty()) return false;
  return std::any_of(no_values_.begin(), no_values_.end(),
                     [&](const auto& value) { return equal_ignoring_case(cell, value); });
}

std::optional<bool> RowCodec::opted_out(std::span<const std::string_view> cells, bool cut,
                                        std::string& evidence) const {
  for (const auto& condition : columns_.conditions) {
    if (!equal_ignoring_case(trimmed(cells[condition.column]), condition.equals)) continue;
    evidence = "column " + std::to_string(condition.column + 1) + " = " + condition.equals;
    return true;
  }
  if (columns_.condition_missing) return std::nullopt;
  if (!columns_.conditions.empty()) return cut ? std::nullopt : std::optional(false);
  if (columns_.whole_file) return columns_.whole_file;
  if (!columns_.opted_out) return std::nullopt;
  const auto cell = trimmed(cells[*columns_.opted_out]);
  if (is_no(cell)) {
    evidence.assign("opt-out column = ").append(cell.substr(0, 40));
    return true;
  }
  const bool last = *columns_.opted_out + 1 == columns_.count;
  const bool sure = std::any_of(kYes.begin(), kYes.end(), [&](auto word) { return equal_ignoring_case(cell, word); });
  if (cut && last && !sure) return std::nullopt;
  return false;
}

void RowCodec::decode(std::span<const std::string_view> cells, bool cut, domain::RemoteRecord& record) const {
  assign(record.email, trimmed(cells[columns_.email]));
  if (columns_.id) assign(record.external_id, trimmed(cells[*columns_.id]));
  if (!columns_.id || record.external_id.empty()) {
    record.external_id = record.email;
    for (char& c : record.external_id)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  record.name.clear();
  std::string part;
  for (const auto column : columns_.name) {
    const auto cell = trimmed(cells[column]);
    if (cell.empty()) continue;
    assign(part, cell);
    if (!record.name.empty()) record.name += ' ';
    record.name += part;
  }
  record.evidence.clear();
  record.opted_out = opted_out(cells, cut, record.evidence);
  record.modified_at = columns_.modified_at ? parse_time(trimmed(cells[*columns_.modified_at])) : std::nullopt;
  record.deleted = false;
  record.merged_ids.clear();
}

namespace {

// Reads numbers and separators from the front of a text.
struct Scanner {
  std::string_view text;

  bool number(int& to, int digits_least, int digits_most) {
    int n = 0, value = 0;
    while (n < digits_most && n < static_cast<int>(text.size()) && text[static_cast<std::size_t>(n)] >= '0' &&
           text[static_cast<std::size_t>(n)] <= '9')
      value = value * 10 + (text[static_cast<std::size_t>(n++)] - '0');
    if (n < digits_least) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
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
  return ((days * 24LL + p.hour) * 60 + p.minute - p.zone_minutes) * 60'000LL + p.second * 1000LL + p.milli;
}

bool time_of_day(Scanner& in, Parts& p) {
  if (!in.number(p.hour, 1, 2) || !in.skip(':') || !in.number(p.minute, 2, 2)) return false;
  if (in.skip(':') && !in.number(p.second, 2, 2)) return false;
  if (in.skip('.')) {
    int scale = 100;
    while (!in.text.empty() && in.text.front() >= '0' && in.text.front() <= '9') {
      p.milli += (in.text.front() - '0') * scale;
      scale /= 10;
      in.text.remove_prefix(1);
    }
  }
  return true;
}

bool zone(Scanner& in, Parts& p) {
  in.skip(' ');
  if (in.text.empty() || in.text == "Z" || in.text == "UTC") return true;
  const int sign = in.text.front() == '-' ? -1 : 1;
  if (!in.skip('+') && !in.skip('-')) return false;
  int hours = 0, minutes = 0;
  if (!in.number(hours, 2, 2)) return false;
  in.skip(':');
  if (!in.text.empty() && !in.number(minutes, 2, 2)) return false;
  p.zone_minutes = sign * (hours * 60 + minutes);
  return in.text.empty();
}

}  // namespace

std::optional<domain::Millis> parse_time(std::string_view text) noexcept {
  Scanner in{text};
  Parts p;
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && (text.size() == 10 || text.size() == 13)) {
    domain::Millis value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return text.size() == 10 ? value * 1000 : value;
  }
  Scanner iso{text};
  if (iso.number(p.year, 4, 4) && iso.skip('-') && iso.number(p.month, 2, 2) && iso.skip('-') &&
      iso.number(p.day, 2, 2)) {
    if (iso.text.empty()) return to_millis(p);
    if (!iso.skip('T') && !iso.skip(' ')) return std::nullopt;
    return time_of_day(iso, p) && zone(iso, p) ? to_millis(p) : std::nullopt;
  }
  p = {};
  if (!in.number(p.month, 1, 2) || !in.skip('/') || !in.number(p.day, 1, 2) || !in.skip('/') ||
      !in.number(p.year, 4, 4))
    return std::nullopt;
  if (in.text.empty()) return to_millis(p);
  return in.skip(' ') && time_of_day(in, p) && in.text.empty() ? to_millis(p) : std::nullopt;
}

}  // namespace crmsync::connectors::csv
