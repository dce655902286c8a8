#include "daemon/ctl/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace crmsync::ctl {

namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

// The first code point; a byte that is no UTF-8 counts as one replacement character.
CodePoint first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || text.size() < length) return {0xfffd, 1};
  char32_t value = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0xfffd, 1};
    value = value << 6 | (byte(i) & 0x3f);
  }
  return {value, length};
}

bool within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

// Combining marks and joiners take no column, East Asian wide characters and emoji two.
std::size_t columns_of(char32_t c) {
  if (within(c, 0x300, 0x36f) || within(c, 0x200b, 0x200d) || within(c, 0xfe00, 0xfe0f)) return 0;
  if (within(c, 0x1100, 0x115f) || within(c, 0x2e80, 0xa4cf) || within(c, 0xac00, 0xd7a3) ||
      within(c, 0xf900, 0xfaff) || within(c, 0xfe30, 0xfe6f) || within(c, 0xff00, 0xff60) ||
      within(c, 0x1f300, 0x1faff) || within(c, 0x20000, 0x3fffd))
    return 2;
  return 1;
}

// Control characters, and those that change the direction of the text around them.
bool steers(char32_t c) {
  return c < 0x20 || within(c, 0x7f, 0x9f) || within(c, 0x202a, 0x202e) || within(c, 0x2066, 0x2069) || c == 0x2028 ||
         c == 0x2029;
}

}  // namespace

Terminal detect_terminal() {
  Terminal terminal;
  terminal.out_is_tty = ::isatty(STDOUT_FILENO) == 1;
  terminal.err_is_tty = ::isatty(STDERR_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::strcmp(term, "dumb") == 0;
  terminal.colour = terminal.out_is_tty && (no_colour == nullptr || *no_colour == '\0') && !dumb;
  winsize size{};
  if (terminal.out_is_tty && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) terminal.width = size.ws_col;
  return terminal;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto c = first_of(text);
    width += columns_of(c.value);
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = first_of(text);
    if (steers(c.value) || (c.value == 0xfffd && c.bytes == 1))
      out += '?';
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto c = first_of(text);
    const std::size_t columns = columns_of(c.value);
    if (used + columns > width - 1) break;
    out += text.substr(0, c.bytes);
    used += columns;
    text.remove_prefix(c.bytes);
  }
  return out + "…";
}

}  // namespace crmsync::ctl
