// JSON at the border: strict reading of what clients send, safe writing of what they get. Used by everything in
// daemon/api.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/http_message.h"

namespace crmsync::api {

using Json = nlohmann::ordered_json;  // what we write: members in the order of the documentation
using Input = nlohmann::json;         // what we read: members are found in logarithmic time, whoever sends them

inline constexpr int kMaxDepth = 64;

// nullopt with `why` (a sentence that quotes no value): not JSON, nested deeper than kMaxDepth, or a key that stands
// twice, where readers would disagree about which one counts.
std::optional<Input> parse_json(std::string_view text, std::string& why);

// Text that is not UTF-8 (a CRM can send anything) is written with replacement characters.
std::string to_text(const Json& json);

HttpResponse json_response(unsigned status, const Json& json);

// JSON text of the store (evidence, detail) as an object; {} when it is none.
Json stored_object(std::string_view text);

}  // namespace crmsync::api
