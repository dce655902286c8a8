// The encodings that CRM exports come in. UTF-16 is converted while it is read; in the 8-bit encodings delimiters and
// quotes are ASCII, so rows are split first and only fields that are not valid UTF-8 are read as Windows-1252.
#pragma once

#include <string>
#include <string_view>

namespace crmsync::connectors::csv {

enum class Encoding { utf8, utf16_le, utf16_be };

struct Detected {
  Encoding encoding = Encoding::utf8;
  std::size_t mark = 0;  // bytes of the byte order mark
};

// From the first bytes of a file: a byte order mark, or zero bytes in every second place.
Detected detect_encoding(std::string_view head);

// Converts whole code units; a unit or surrogate pair that is not complete stays in `rest` for the next chunk. A lone
// surrogate becomes U+FFFD.
void utf16_to_utf8(std::string_view bytes, bool big_endian, std::string& rest, std::string& out);

bool is_utf8(std::string_view text) noexcept;
std::string from_windows_1252(std::string_view text);

}  // namespace crmsync::connectors::csv
