// Communication preferences: what an address has said, one by one and in batches, in the dated and the numbered paths.
#include <algorithm>

#include "tests/crm_server/hubspot.h"
#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

namespace {

constexpr std::size_t kBatchLimit = 100;
constexpr const char* kTimes = R"(,"startedAt":"2026-01-01T00:00:00.000Z","completedAt":"2026-01-01T00:00:00.001Z"})";

std::string_view name_of(Choice choice) {
  if (choice == Choice::unsubscribed) return "UNSUBSCRIBED";
  return choice == Choice::subscribed ? "SUBSCRIBED" : "NOT_SPECIFIED";
}

std::optional<Choice> choice_named(std::string_view name) {
  if (name == "UNSUBSCRIBED") return Choice::unsubscribed;
  if (name == "SUBSCRIBED") return Choice::subscribed;
  if (name == "NOT_SPECIFIED") return Choice::not_specified;
  return std::nullopt;
}

bool is_address(std::string_view text) { return text.find('@') != std::string_view::npos; }

bool names_channel(const Request& request) { return value_of(request.query, "channel") == "EMAIL"; }

Reply no_channel() { return error(400, "VALIDATION_ERROR", "channel has to be EMAIL"); }

Reply not_an_address() { return error(400, "VALIDATION_ERROR", "The subscriber is not an email address"); }

std::vector<std::string> addresses_in(const nlohmann::json& body) {
  std::vector<std::string> addresses;
  if (!body.is_object() || !body.contains("inputs") || !body["inputs"].is_array()) return addresses;
  for (const auto& input : body["inputs"])
    addresses.push_back(input.is_string() ? input.get<std::string>() : input.value("subscriberIdString", ""));
  return addresses;
}

const SubscriptionType* find_type(std::int64_t id) {
  static const auto types = subscription_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const auto& type) { return type.id == id; });
  return found == types.end() ? nullptr : &*found;
}

// Who is out of everything is out of each.
Choice choice_of(const Preferences* chosen, std::int64_t type) {
  if (chosen && chosen->all == Choice::unsubscribed) return Choice::unsubscribed;
  return chosen && chosen->types.contains(type) ? chosen->types.at(type) : Choice::not_specified;
}

Reply no_such_status() {
  return error(400, "VALIDATION_ERROR", "subscriptionId, statusState or channel is missing or invalid");
}

std::string results(const std::string& entries) {
  return R"({"status":"COMPLETE","results":[)" + entries + ']' + kTimes;
}

std::string definitions() {
  std::string entries;
  for (const auto& type : subscription_types())
    entries += (entries.empty() ? "" : ",") + (R"({"businessUnitId":0,"id":")" + std::to_string(type.id)) +
               R"(","name":)" + in_quotes(type.name) +
               R"(,"description":"","purpose":"Marketing","communicationMethod":"Email","isActive":true,)"
               R"("isDefault":false,"isInternal":false,"createdAt":"2026-01-01T00:00:00.000Z",)"
               R"("updatedAt":"2026-01-01T00:00:00.000Z"})";
  return entries;
}

}  // namespace

std::string Hubspot::status_of(const std::string& email, const SubscriptionType& type, std::string_view reason) const {
  const auto* chosen = crm_.preferences(email);
  std::string entry = R"({"businessUnitId":0,"channel":"EMAIL","subscriberIdString":)" + in_quotes(lower(email)) +
                      R"(,"subscriptionId":)" + std::to_string(type.id) + R"(,"subscriptionName":)" +
                      in_quotes(type.name) + R"(,"status":)" + in_quotes(name_of(choice_of(chosen, type.id))) +
                      R"(,"source":"Public status API","legalBasis":null,"legalBasisExplanation":null,)"
                      R"("setStatusSuccessReason":)" +
                      (reason.empty() ? "null" : in_quotes(reason)) + R"(,"timestamp":)";
  append_time(entry, chosen ? chosen->at : 0);
  return entry + '}';
}

std::string Hubspot::statuses_of(const std::string& email, std::string_view reason) const {
  std::string entries;
  for (const auto& type : subscription_types())
    entries += (entries.empty() ? "" : ",") + status_of(email, type, reason);
  return entries;
}

// The status after the change; nullopt: what is asked for does not exist.
std::optional<std::string> Hubspot::set_status(const std::string& email, const nlohmann::json& input,
                                               const Call& call) {
  const auto wanted = choice_named(input.value("statusState", ""));
  const auto* type = find_type(input.value("subscriptionId", std::int64_t{0}));
  if (!wanted || !type || input.value("channel", "") != "EMAIL") return std::nullopt;
  const Choice before = choice_of(crm_.preferences(email), type->id);
  if (!has(call.met, "write_not_stored")) crm_.choose_type(email, type->id, *wanted);
  return status_of(email, *type,
                   before == *wanted                                                 ? "NO_STATUS_CHANGE"
                   : before == Choice::unsubscribed && *wanted == Choice::subscribed ? "RESUBSCRIBE_OCCURRED"
                                                                                     : "REQUESTED_CHANGE_OCCURRED");
}

std::string Hubspot::wide_status(const std::string& email, const Call& call) const {
  const auto* chosen = crm_.preferences(email);
  Choice all = chosen ? chosen->all : Choice::not_specified;
  if (chosen && has(call.met, "stale_read")) all = chosen->all_before;
  std::string entry = R"({"businessUnitId":0,"wideStatusType":"PORTAL_WIDE","subscriberIdString":)" +
                      in_quotes(lower(email)) + R"(,"status":)" + in_quotes(name_of(all)) +
                      R"(,"channel":"EMAIL","timestamp":)";
  append_time(entry, chosen ? chosen->at : 0);
  return entry + '}';
}

Reply Hubspot::unsubscribe_all(const std::vector<std::string>& emails, const Call& call) {
  std::string entries;
  for (const auto& email : emails) {
    if (!is_address(email)) return not_an_address();
    if (!has(call.met, "write_not_stored")) crm_.choose_all(email, Choice::unsubscribed);
    entries += (entries.empty() ? "" : ",") + (R"({"subscriberIdString":)" + in_quotes(lower(email))) +
               R"(,"statuses":[)" + statuses_of(email, "UNSUBSCRIBE_FROM_ALL_OCCURRED") + "]}";
  }
  // Nothing is said unless it is asked for.
  const bool batch = !call.body.is_null();
  if (value_of(call.request.query, "verbose") != "true") return json(batch ? results("") : "");
  return json(results(batch ? entries : statuses_of(emails[0], "UNSUBSCRIBE_FROM_ALL_OCCURRED")));
}

Reply Hubspot::preferences_batch(Call& call) {
  const auto& parts = call.parts;  // statuses batch ...
  const std::string what = parts.size() > 2 ? parts[2] : "";
  const bool reads = parts.back() == "read";
  if (auto refused = reads ? lacks({"communication_preferences.statuses.batch.read"})
                           : lacks({"communication_preferences.statuses.batch.write"}))
    return *refused;
  const auto addresses = addresses_in(call.body);
  if (what != "write" && !names_channel(call.request)) return no_channel();
  if (addresses.empty() || addresses.size() > kBatchLimit)
    return error(400, "VALIDATION_ERROR", "inputs must have 1 to 100 entries");
  if (what == "unsubscribe-all" && !reads) return unsubscribe_all(addresses, call);
  std::string entries;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto& email = addresses[i];
    if (!is_address(email)) return not_an_address();
    if (what == "write") {
      const auto& input = call.body["inputs"][i];
      const auto status = input.is_object() ? set_status(email, input, call) : std::nullopt;
      if (!status) return no_such_status();
      entries += (entries.empty() ? "" : ",") + *status;
      continue;
    }
    entries += (entries.empty() ? "" : ",") + (R"({"subscriberIdString":)" + in_quotes(lower(email)));
    if (what == "unsubscribe-all")
      entries += R"(,"wideStatuses":[)" + wide_status(email, call) + "]}";
    else
      entries += R"(,"statuses":[)" + statuses_of(email) + "]}";
  }
  return json(results(entries));
}

Reply Hubspot::preferences(Call& call) {
  const auto& parts = call.parts;
  const bool get = call.request.method == "GET";
  if (parts.size() >= 2 && parts[0] == "statuses" && parts[1] == "batch") return preferences_batch(call);
  if (auto refused = get ? lacks({"communication_preferences.read", "communication_preferences.read_write"})
                         : lacks({"communication_preferences.write", "communication_preferences.read_write"}))
    return *refused;
  if (parts.size() == 1 && parts[0] == "definitions") return json(results(definitions()));
  if (parts.size() < 2 || parts[0] != "statuses") return error(404, "NOT_FOUND", "resource not found");
  const std::string& email = parts[1];
  if (!is_address(email)) return not_an_address();
  if ((get || parts.size() == 3) && !names_channel(call.request)) return no_channel();
  if (parts.size() == 3 && parts[2] == "unsubscribe-all") {
    if (!get) return unsubscribe_all({email}, call);
    const auto entry = wide_status(email, call);
    return json(results(entry.find(R"("UNSUBSCRIBED")") != std::string::npos ? entry : ""));
  }
  if (get) return json(results(statuses_of(email)));
  const auto status = call.body.is_object() ? set_status(email, call.body, call) : std::nullopt;
  return status ? json(results(*status)) : no_such_status();
}

// What HubSpot's own client library calls. Here everybody is subscribed who has not said otherwise, and who has said no
// cannot be subscribed again.
Reply Hubspot::preferences_v3(Call& call) {
  const auto& parts = call.parts;
  if (auto refused = call.request.method == "GET"
                         ? lacks({"communication_preferences.read", "communication_preferences.read_write"})
                         : lacks({"communication_preferences.write", "communication_preferences.read_write"}))
    return *refused;
  const auto status_v3 = [&](const std::string& email, const SubscriptionType& type) {
    const auto* chosen = crm_.preferences(email);
    const bool all = chosen && chosen->all == Choice::unsubscribed;
    return R"({"id":")" + std::to_string(type.id) + R"(","name":)" + in_quotes(type.name) +
           R"(,"description":"","status":)" +
           in_quotes(choice_of(chosen, type.id) == Choice::unsubscribed ? "NOT_SUBSCRIBED" : "SUBSCRIBED") +
           R"(,"sourceOfStatus":)" + in_quotes(all ? "PORTAL_WIDE_STATUS" : "SUBSCRIPTION_STATUS") +
           R"(,"brandId":null,"preferenceGroupName":null,"legalBasis":null,"legalBasisExplanation":null})";
  };
  if (parts.size() == 1 && parts[0] == "definitions")
    return json(R"({"subscriptionDefinitions":[)" + definitions() + "]}");
  if (parts.size() == 3 && parts[0] == "status" && parts[1] == "email") {
    if (!is_address(parts[2])) return not_an_address();
    std::string entries;
    for (const auto& type : subscription_types()) entries += (entries.empty() ? "" : ",") + status_v3(parts[2], type);
    return json(R"({"recipient":)" + in_quotes(lower(parts[2])) + R"(,"subscriptionStatuses":[)" + entries + "]}");
  }
  const bool subscribes = parts.size() == 1 && parts[0] == "subscribe";
  if ((!subscribes && !(parts.size() == 1 && parts[0] == "unsubscribe")) || !call.body.is_object())
    return error(404, "NOT_FOUND", "resource not found");
  const auto email = call.body.value("emailAddress", "");
  const auto* type = find_type(number_in(call.body.value("subscriptionId", "")).value_or(0));
  if (!is_address(email) || !type) return error(400, "VALIDATION_ERROR", "emailAddress or subscriptionId is invalid");
  const Choice before = choice_of(crm_.preferences(email), type->id);
  const std::string to = " subscription " + std::to_string(type->id);
  if (subscribes && before == Choice::unsubscribed)
    return error(400, "VALIDATION_ERROR", email + " has opted out and cannot be subscribed to" + to);
  if (before == (subscribes ? Choice::subscribed : Choice::unsubscribed))
    return error(400, "VALIDATION_ERROR",
                 email + (subscribes ? " is already subscribed to" : " is already unsubscribed from") + to);
  if (!has(call.met, "write_not_stored"))
    crm_.choose_type(email, type->id, subscribes ? Choice::subscribed : Choice::unsubscribed);
  return json(status_v3(email, *type));
}

}  // namespace crmsync::crm_server
