#include "daemon/api/json.h"

#include <set>
#include <vector>

namespace crmsync::api {

std::optional<Input> parse_json(std::string_view text, std::string& why) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  bool too_deep = false;
  std::string twice;
  const Input::parser_callback_t watch = [&](int depth, Input::parse_event_t event, Input& parsed) {
    if (depth > kMaxDepth) too_deep = true;
    if (too_deep) return false;
    if (event == Input::parse_event_t::object_start) keys.emplace_back();
    if (event == Input::parse_event_t::object_end) keys.pop_back();
    if (event == Input::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      twice = parsed.get<std::string>().substr(0, 40);
    return true;
  };
  Input json = Input::parse(text, watch, false);
  if (too_deep)
    why = "It is nested deeper than " + std::to_string(kMaxDepth) + " levels.";
  else if (!twice.empty())
    why = "The key \"" + twice + "\" stands twice in one object.";
  else if (json.is_discarded())
    why = "It is not JSON.";
  else
    return json;
  return std::nullopt;
}

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

HttpResponse json_response(unsigned status, const Json& json) {
  return {status, "application/json", to_text(json) + "\n"};
}

Json stored_object(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

}  // namespace crmsync::api
