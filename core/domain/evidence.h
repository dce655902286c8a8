// Evidence is a JSON object kept as text: the domain uses the standard library only, so it writes its few small objects
// itself.
#pragma once

#include <string>
#include <string_view>

namespace crmsync::domain {

// `text` as a JSON string with its quotes. Control characters are escaped; other bytes are kept as they are.
std::string json_string(std::string_view text);

// {"key":"value"}
std::string evidence(std::string_view key, std::string_view value);

}  // namespace crmsync::domain
