// Which character separates the cells of an export: comma, semicolon, tab or bar. Pure.
#pragma once

#include <string_view>

namespace crmsync::connectors::csv {

// From the beginning of the text: the one that splits the header row into most cells; a comma where nothing does.
char detect_delimiter(std::string_view head) noexcept;

}  // namespace crmsync::connectors::csv
