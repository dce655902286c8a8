// The two parsers behind document.h. The text is valid UTF-8 without byte order mark and control characters.
#pragma once

#include <string_view>

#include "config/document.h"

namespace crmsync::config {

Document parse_yaml(std::string_view text);
Document parse_json(std::string_view text);

}  // namespace crmsync::config
