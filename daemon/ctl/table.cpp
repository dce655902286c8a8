#include "daemon/ctl/table.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace crmsync::ctl {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 12;  // what is left of a flexible column at least

std::string padded(const std::string& text, std::size_t width, bool right, bool last) {
  const std::size_t used = display_width(text);
  const std::string space(width > used ? width - used : 0, ' ');
  if (right) return space + text;
  return last ? text : text + space;
}

}  // namespace

void Table::add(std::vector<Cell> row) {
  for (auto& cell : row) cell.text = harmless(cell.text);
  row.resize(columns_.size(), Cell(""));
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(const Terminal& terminal) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(display_width(columns_[i].title));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], display_width(row[i].text));
  }
  if (terminal.width == 0) return widths;
  std::size_t total = std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
  while (total > terminal.width) {  // the widest flexible column gives, one column at a time
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].flexible && widths[i] > kNarrowest && (widest == columns_.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == columns_.size()) break;
    --widths[widest], --total;
  }
  return widths;
}

std::string Table::render(const Terminal& terminal) const {
  const auto width = widths(terminal);
  std::string text;
  const auto line = [&](auto cell_of) {
    std::string one;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) one += std::string(kGap, ' ');
      one += cell_of(i);
    }
    while (!one.empty() && one.back() == ' ') one.pop_back();
    text += one + "\n";
  };
  const bool cut = terminal.width != 0;
  line([&](std::size_t i) {
    const auto shown = padded(columns_[i].title, width[i], columns_[i].right, i + 1 == columns_.size());
    return coloured(shown, Colour::faint, terminal);
  });
  for (const auto& row : rows_)
    line([&](std::size_t i) {
      const std::string content = cut ? shortened(row[i].text, width[i]) : row[i].text;
      return coloured(padded(content, width[i], columns_[i].right, i + 1 == columns_.size()), row[i].colour, terminal);
    });
  return text;
}

Colour colour_of_state(std::string_view state) {
  constexpr std::array<std::string_view, 5> good{"applied", "acknowledged", "subscribed", "idle", "ok"};
  constexpr std::array<std::string_view, 7> wait{"held",    "on_hold",     "pending", "sent",
                                                 "running", "backing_off", "planned"};
  constexpr std::array<std::string_view, 4> bad{"failed", "dead", "stopped", "gone"};
  if (std::find(good.begin(), good.end(), state) != good.end()) return Colour::green;
  if (std::find(wait.begin(), wait.end(), state) != wait.end()) return Colour::yellow;
  if (std::find(bad.begin(), bad.end(), state) != bad.end()) return Colour::red;
  return Colour::none;
}

std::string coloured(std::string_view text, Colour colour, const Terminal& terminal) {
  if (!terminal.colour || colour == Colour::none) return std::string(text);
  const char* code = colour == Colour::green    ? "32"
                     : colour == Colour::yellow ? "33"
                     : colour == Colour::red    ? "31"
                                                : "2";
  return std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m";
}

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t i = text.size(); i > first + 3;) text.insert(i -= 3, ",");
  return text;
}

}  // namespace crmsync::ctl
