// Communication preferences: what an address has said, one by one and in batches, in the dated and the numbered paths.
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

Reply not_an_address() { return error(400, "VALIDATION_ERROR", "The subscriber is not an email address"); }

std::vector<std::string> addresses_in(const nlohmann::json& body) {
  std::vector<std::string> addresses;
  if (!body.is_object() || !body.contains("inputs") || !body["inputs"].is_array()) return addresses;
  for (const auto& input : body["inputs"])
    addresses.push_back(input.is_string() ? input.get<std::string>() : input.value("subscriberIdString", ""));
  return addresses;
}

bool known_type(std::int64_t id) {
  for (const auto& type : subscription_types())
    if (type.id == id) return true;
  return false;
}

std::string results(const std::string& entries, std::string_view status = "COMPLETE") {
  return R"({"status":)" + in_quotes(status) + R"(,"results":[)" + entries + ']' + kTimes;
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

std::string Hubspot::statuses_of(const std::string& email) const {
  const auto* chosen = crm_.preferences(email);
  std::string entries;
  for (const auto& type : subscription_types()) {
    Choice choice = Choice::not_specified;
    if (chosen && chosen->types.contains(type.id)) choice = chosen->types.at(type.id);
    if (chosen && chosen->all == Choice::unsubscribed) choice = Choice::unsubscribed;
    entries += (entries.empty() ? "" : ",") +
               (R"({"businessUnitId":0,"channel":"EMAIL","subscriberIdString":)" + in_quotes(lower(email))) +
               R"(,"subscriptionId":)" + std::to_string(type.id) + R"(,"subscriptionName":)" + in_quotes(type.name) +
               R"(,"status":)" + in_quotes(name_of(choice)) +
               R"(,"source":"Public status API","legalBasis":null,"legalBasisExplanation":null,)"
               R"("setStatusSuccessReason":null,"timestamp":)";
    append_time(entries, chosen ? chosen->at : 0);
    entries += '}';
  }
  return entries;
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
               R"(,"statuses":[)" + statuses_of(email) + "]}";
  }
  // Nothing is said unless it is asked for.
  const bool verbose = value_of(call.request.query, "verbose") == "true";
  if (!verbose) return json(emails.size() == 1 && call.body.is_null() ? "" : results(""));
  return json(results(entries));
}

Reply Hubspot::preferences_batch(Call& call) {
  const auto& parts = call.parts;  // statuses batch ...
  const std::string what = parts.size() > 2 ? parts[2] : "";
  const bool reads = parts.back() == "read";
  if (auto refused = reads ? lacks({"communication_preferences.statuses.batch.read"})
                           : lacks({"communication_preferences.statuses.batch.write"}))
    return *refused;
  const auto addresses = addresses_in(call.body);
  if (addresses.empty() || addresses.size() > kBatchLimit)
    return error(400, "VALIDATION_ERROR", "inputs must have 1 to 100 entries");
  if (what == "unsubscribe-all" && !reads) return unsubscribe_all(addresses, call);
  std::string entries;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto& email = addresses[i];
    if (!is_address(email)) return not_an_address();
    if (what == "write") {
      const auto& input = call.body["inputs"][i];
      const auto choice = choice_named(input.value("statusState", ""));
      const std::int64_t type = input.value("subscriptionId", std::int64_t{0});
      if (!choice || !known_type(type))
        return error(400, "VALIDATION_ERROR", "subscriptionId or statusState is invalid");
      if (!has(call.met, "write_not_stored")) crm_.choose_type(email, type, *choice);
      entries += (entries.empty() ? "" : ",") + statuses_of(email);
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
  if (parts.size() == 3 && parts[2] == "unsubscribe-all") {
    if (!get) return unsubscribe_all({email}, call);
    const auto entry = wide_status(email, call);
    return json(results(entry.find(R"("UNSUBSCRIBED")") != std::string::npos ? entry : ""));
  }
  if (get) return json(results(statuses_of(email), "SUCCESS"));
  const auto choice = choice_named(call.body.is_object() ? call.body.value("statusState", "") : "");
  const std::int64_t type = call.body.is_object() ? call.body.value("subscriptionId", std::int64_t{0}) : 0;
  if (!choice || !known_type(type)) return error(400, "VALIDATION_ERROR", "subscriptionId or statusState is invalid");
  if (!has(call.met, "write_not_stored")) crm_.choose_type(email, type, *choice);
  return json(results(statuses_of(email)));
}

// What HubSpot's own client library calls.
Reply Hubspot::preferences_v3(Call& call) {
  const auto& parts = call.parts;
  if (auto refused = lacks({"communication_preferences.read_write"})) return *refused;
  const auto status_of = [&](const std::string& email) {
    const auto* chosen = crm_.preferences(email);
    std::string entries;
    for (const auto& type : subscription_types()) {
      const bool out =
          chosen && (chosen->all == Choice::unsubscribed ||
                     (chosen->types.contains(type.id) && chosen->types.at(type.id) == Choice::unsubscribed));
      entries += (entries.empty() ? "" : ",") + (R"({"id":")" + std::to_string(type.id)) + R"(","name":)" +
                 in_quotes(type.name) + R"(,"description":"","status":)" +
                 in_quotes(out ? "NOT_SUBSCRIBED" : "SUBSCRIBED") + R"(,"sourceOfStatus":"SUBSCRIPTION_STATUS"})";
    }
    return json(R"({"recipient":)" + in_quotes(lower(email)) + R"(,"subscriptionStatuses":[)" + entries + "]}");
  };
  if (parts.size() == 1 && parts[0] == "definitions")
    return json(R"({"subscriptionDefinitions":[)" + definitions() + "]}");
  if (parts.size() == 3 && parts[0] == "status" && parts[1] == "email") return status_of(parts[2]);
  const bool subscribes = parts.size() == 1 && parts[0] == "subscribe";
  if ((!subscribes && !(parts.size() == 1 && parts[0] == "unsubscribe")) || !call.body.is_object())
    return error(404, "NOT_FOUND", "resource not found");
  const auto email = call.body.value("emailAddress", "");
  const auto type = number_in(call.body.value("subscriptionId", ""));
  if (!is_address(email) || !type || !known_type(*type))
    return error(400, "VALIDATION_ERROR", "emailAddress or subscriptionId is invalid");
  crm_.choose_type(email, *type, subscribes ? Choice::subscribed : Choice::unsubscribed);
  return json(R"({"id":")" + std::to_string(*type) + R"(","status":)" +
              in_quotes(subscribes ? "SUBSCRIBED" : "NOT_SUBSCRIBED") + "}");
}

}  // namespace crmsync::crm_server
