#include "daemon/api/fields.h"

#include <algorithm>
#include <charconv>

#include "daemon/api/nearest.h"

namespace crmsync::api {

namespace {

std::string in_quotes(std::string_view name) { return "\"" + std::string(name.substr(0, 40)) + "\""; }

}  // namespace

std::string QueryFields::text(const std::string& name) {
  known_.push_back(name);
  std::string value;
  int times = 0;
  for (const auto& [key, text] : request_.query)
    if (key == name) value = text, ++times;
  if (times > 1) refuse(bad_request("The parameter " + in_quotes(name) + " stands twice.", "Give it once."));
  return value;
}

std::int64_t QueryFields::number(const std::string& name, std::int64_t least, std::int64_t most,
                                 std::int64_t otherwise) {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  std::int64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error == std::errc() && stop == end && number >= least && number <= most) return number;
  refuse(bad_request("The parameter " + in_quotes(name) + " is not a number that is possible here.",
                     "Give one from " + std::to_string(least) + " to " + std::to_string(most) + "."));
  return otherwise;
}

void QueryFields::refuse(Problem problem) {
  if (!problem_) problem_ = std::move(problem);
}

void QueryFields::refuse_choice(const std::string& name, const std::string& value,
                                const std::vector<std::string>& known) {
  refuse(bad_request("The parameter " + in_quotes(name) + " does not know this value.", suggestion(value, known)));
}

std::optional<Problem> QueryFields::problem() {
  for (const auto& [key, value] : request_.query)
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      refuse(bad_request("There is no parameter " + in_quotes(key) + " here.", suggestion(key, known_)));
  return problem_;
}

BodyFields::BodyFields(const Input& json, std::string what) : json_(json), what_(std::move(what)) {
  if (!json_.is_object()) refuse(what_ + " is not a JSON object.", "Send {\"name\": value, ...}.");
}

const Input* BodyFields::find(const std::string& name) {
  known_.push_back(name);
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(name);
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> BodyFields::text(const std::string& name, std::size_t longest) {
  const Input* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string())
    refuse(what_ + ": " + in_quotes(name) + " is not a text.", "Send it in quotation marks.");
  else if (value->get_ref<const std::string&>().size() > longest)
    refuse(what_ + ": " + in_quotes(name) + " is too long.",
           "At most " + std::to_string(longest) + " bytes are taken.");
  else
    return value->get<std::string>();
  return std::nullopt;
}

std::string BodyFields::required_text(const std::string& name, std::size_t longest) {
  auto value = text(name, longest);
  if (!value || value->empty()) refuse(what_ + ": " + in_quotes(name) + " is missing.", "Send it as a text.");
  return value.value_or("");
}

std::optional<bool> BodyFields::boolean(const std::string& name) {
  const Input* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  refuse(what_ + ": " + in_quotes(name) + " is not true or false.", "Send true or false, without quotation marks.");
  return std::nullopt;
}

std::optional<std::int64_t> BodyFields::number(const std::string& name) {
  const Input* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() <= INT64_MAX) return value->get<std::int64_t>();
  refuse(what_ + ": " + in_quotes(name) + " is not a whole number.", "Send it without quotation marks, 0 or more.");
  return std::nullopt;
}

std::optional<std::vector<std::string>> BodyFields::texts(const std::string& name, std::size_t most) {
  constexpr std::size_t kLongest = 320;
  const Input* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array() || value->size() > most) {
    refuse(what_ + ": " + in_quotes(name) + " is not a list that is taken here.",
           "Send an array of at most " + std::to_string(most) + " texts.");
    return std::nullopt;
  }
  std::vector<std::string> all;
  all.reserve(value->size());
  for (const auto& one : *value) {
    const std::string* text = one.get_ptr<const std::string*>();
    if (text == nullptr || text->empty() || text->size() > kLongest) {
      refuse(what_ + ": entry " + std::to_string(all.size()) + " of " + in_quotes(name) + " is not a text.",
             "Every entry is a text of 1 to 320 bytes.");
      return std::nullopt;
    }
    all.push_back(*text);
  }
  return all;
}

const Input* BodyFields::object(const std::string& name) {
  const Input* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  refuse(what_ + ": " + in_quotes(name) + " is not a JSON object.", "Send {\"name\": value, ...}.");
  return nullptr;
}

void BodyFields::refuse(std::string detail, std::string remedy) {
  if (!problem_) problem_ = bad_request(std::move(detail), std::move(remedy));
}

std::optional<Problem> BodyFields::problem() {
  if (json_.is_object())
    for (const auto& [key, value] : json_.items())
      if (std::find(known_.begin(), known_.end(), key) == known_.end())
        refuse(what_ + ": there is no field " + in_quotes(key) + ".", suggestion(key, known_));
  return problem_;
}

std::optional<Input> object_body(const HttpRequest& request, Problem& problem) {
  if (request.body.empty()) return Input::object();
  std::string why;
  auto json = parse_json(request.body, why);
  if (json && json->is_object()) return json;
  problem =
      bad_request("The body is not the JSON object that is expected here. " + why, "Send one JSON object, or no body.");
  return std::nullopt;
}

}  // namespace crmsync::api
