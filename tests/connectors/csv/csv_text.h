// CSV and UTF-16 as the tests write and read them, apart from the code that they test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::csv {

// A row with its line end; every cell in quotes.
std::string quoted_row(const std::vector<std::string>& cells, char delimiter, std::string_view line_end = "\r\n");
// The rows of a text of RFC 4180.
std::vector<std::vector<std::string>> rows_of(std::string_view text);

// UTF-16 without a byte order mark, of valid UTF-8.
std::string utf_16(std::string_view text, bool big_endian);

}  // namespace crmsync::connectors::csv
