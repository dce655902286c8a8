#include "connectors/hubspot/answers.h"

namespace crmsync::connectors::hubspot {

namespace {

using nlohmann::json;

constexpr int kDeepest = 64;

Error nonsense(const char* what) {
  return Error(ErrorKind::protocol, std::string("HubSpot's answer is no ") + what + ", or one that is cut off");
}

std::string text_of(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) return {};
  const json& value = object[key];
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_integer() ? std::to_string(value.get<std::int64_t>()) : std::string();
}

std::optional<Status> status_of(const json& object) {
  const std::string status = text_of(object, "status");
  if (status == "UNSUBSCRIBED") return Status::unsubscribed;
  if (status == "SUBSCRIBED") return Status::subscribed;
  if (status == "NOT_SPECIFIED") return Status::not_specified;
  return std::nullopt;
}

// Several brands may each have their say: any no wins.
void add(Statuses& statuses, std::string_view email, Status status) {
  const auto [at, fresh] = statuses.try_emplace(address_key(email), status);
  if (fresh || at->second == Status::unsubscribed) return;
  if (status != Status::not_specified) at->second = status;
}

// Calls `entry(email, object)` for each status of a batch's or a single read's answer: one list of statuses for each
// address, or the statuses themselves.
template <class Entry>
Result<void> for_each_status(std::string_view body, const char* list, Entry entry) {
  const auto answer = parse_small(body);
  if (!answer || !answer->is_object() || !answer->contains("results") || !(*answer)["results"].is_array())
    return nonsense("list of subscription statuses");
  for (const json& result : (*answer)["results"]) {
    if (!result.is_object()) continue;
    if (!result.contains(list)) {
      entry(text_of(result, "subscriberIdString"), result);
      continue;
    }
    if (!result[list].is_array()) continue;
    for (const json& status : result[list]) {
      const std::string own = text_of(status, "subscriberIdString");
      entry(own.empty() ? text_of(result, "subscriberIdString") : own, status);
    }
  }
  return {};
}

void collect_texts(const json& value, std::set<std::string, std::less<>>& texts) {
  if (value.is_string()) texts.insert(address_key(value.get_ref<const std::string&>()));
  if (value.is_structured())
    for (const json& part : value) collect_texts(part, texts);
}

}  // namespace

std::string address_key(std::string_view email) {
  std::string key(email);
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return key;
}

std::optional<json> parse_small(std::string_view body) {
  bool too_deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  json value = json::parse(body, shallow, /*allow_exceptions=*/false);
  if (value.is_discarded() || too_deep) return std::nullopt;
  return value;
}

Result<Statuses> decode_unsubscribed(std::string_view body, std::optional<std::string_view> single) {
  Statuses statuses;
  bool odd = false;
  const auto read = for_each_status(body, "wideStatuses", [&](const std::string& email, const json& entry) {
    const auto status = status_of(entry);
    odd = odd || !status;
    if (status && (single || !email.empty())) add(statuses, single ? *single : email, *status);
  });
  if (!read) return read.error();
  if (single && statuses.empty() && !odd) add(statuses, *single, Status::not_specified);
  return statuses;
}

Result<Statuses> decode_statuses(std::string_view body, std::string_view subscription,
                                 std::optional<std::string_view> single) {
  Statuses statuses;
  const auto read = for_each_status(body, "statuses", [&](const std::string& email, const json& entry) {
    const auto status = status_of(entry);
    if (!status || text_of(entry, "subscriptionId") != subscription) return;
    if (single || !email.empty()) add(statuses, single ? *single : email, *status);
  });
  if (!read) return read.error();
  return statuses;
}

std::set<std::string, std::less<>> named_in_errors(std::string_view body, std::span<const std::string> sent) {
  std::set<std::string, std::less<>> texts, named;
  const auto answer = parse_small(body);
  if (!answer || !answer->is_object() || !answer->contains("errors")) return named;
  collect_texts((*answer)["errors"], texts);
  for (const auto& email : sent)
    if (const auto key = address_key(email); texts.contains(key)) named.insert(key);
  return named;
}

Result<Definition> decode_definition(std::string_view body) {
  const auto answer = parse_small(body);
  if (!answer || text_of(*answer, "name").empty() || text_of(*answer, "type").empty())
    return nonsense("definition of a property");
  const std::string sensitivity = text_of(*answer, "dataSensitivity");
  return Definition{text_of(*answer, "type"), !sensitivity.empty() && sensitivity != "non_sensitive"};
}

Result<std::set<std::string, std::less<>>> decode_scopes(std::string_view body) {
  const auto answer = parse_small(body);
  if (!answer || !answer->is_object() || !answer->contains("scopes") || !(*answer)["scopes"].is_array())
    return nonsense("list of scopes");
  std::set<std::string, std::less<>> scopes;
  for (const json& scope : (*answer)["scopes"])
    if (scope.is_string()) scopes.insert(scope.get<std::string>());
  return scopes;
}

Result<Account> decode_account(std::string_view body) {
  const auto answer = parse_small(body);
  if (!answer || !answer->is_object()) return nonsense("description of an account");
  Account account;
  account.portal = text_of(*answer, "portalId");
  if (answer->contains("utcOffsetMilliseconds") && (*answer)["utcOffsetMilliseconds"].is_number_integer()) {
    const auto offset = (*answer)["utcOffsetMilliseconds"].get<domain::Millis>();
    if (offset > -domain::kDay && offset < domain::kDay) account.utc_offset = offset;
  }
  return account;
}

Result<std::optional<std::string>> find_subscription(std::string_view body, std::string_view id) {
  const auto answer = parse_small(body);
  if (!answer || !answer->is_object() || !answer->contains("results") || !(*answer)["results"].is_array())
    return nonsense("list of subscription types");
  for (const json& one : (*answer)["results"])
    if (text_of(one, "id") == id) return std::optional<std::string>(text_of(one, "name"));
  return std::optional<std::string>();
}

}  // namespace crmsync::connectors::hubspot
