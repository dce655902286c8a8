// Aligned columns for people; the same columns, never shortened, for pipes. Used by the commands.
#pragma once

#include <string>
#include <vector>

#include "daemon/ctl/terminal.h"

namespace crmsync::ctl {

enum class Colour { none, green, yellow, red, faint };

struct Cell {
  std::string text;
  Colour colour = Colour::none;
  Cell(std::string t, Colour c = Colour::none) : text(std::move(t)), colour(c) {}
  Cell(const char* t) : text(t) {}
};

struct Column {
  std::string title;
  bool right = false;     // numbers
  bool flexible = false;  // may be shortened where the terminal is too narrow
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<Cell> row);
  bool empty() const noexcept { return rows_.empty(); }
  // The table with its titles, a line each; only the titles when there are no rows.
  std::string render(const Terminal& terminal) const;

 private:
  std::vector<std::size_t> widths(const Terminal& terminal) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// green: fine, yellow: wants a look, red: wrong.
Colour colour_of_state(std::string_view state);
std::string coloured(std::string_view text, Colour colour, const Terminal& terminal);

// "12345" -> "12,345"
std::string with_commas(std::int64_t number);

}  // namespace crmsync::ctl
