// What the output goes to: a person's terminal or a pipe. Used by table.cpp and the commands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crmsync::ctl {

struct Terminal {
  bool out_is_tty = false;
  bool err_is_tty = false;
  bool colour = false;
  std::size_t width = 0;  // of the terminal in columns; 0: unlimited (not a terminal)
};

// Asks the system: isatty, the window size, NO_COLOR, TERM.
Terminal detect_terminal();

// Columns that a UTF-8 text takes.
std::size_t display_width(std::string_view text);
// The same text without anything that could steer a terminal: what a CRM wrote into a name must not.
std::string harmless(std::string_view text);
// At most `width` columns, with "…" where something was cut off.
std::string shortened(std::string_view text, std::size_t width);

}  // namespace crmsync::ctl
