#include "tests/connectors/hubspot/fake_hubspot.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "connectors/hubspot/answers.h"

namespace crmsync::connectors::hubspot {

namespace {

using nlohmann::json;

constexpr const char* kContacts = "/crm/objects/2026-09/contacts";
constexpr const char* kProperties = "/crm/properties/2026-09/contacts/";
constexpr const char* kPreferences = "/communication-preferences/2026-09";

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return plain;
}

std::string parameter(const std::string& target, const std::string& name) {
  for (auto at = target.find('?'); at != std::string::npos; at = target.find('&', at + 1)) {
    if (target.compare(at + 1, name.size() + 1, name + "=") != 0) continue;
    const auto begin = at + 2 + name.size();
    return decoded(std::string_view(target).substr(begin, target.find('&', begin) - begin));
  }
  return {};
}

std::chrono::sys_days day_of(domain::Millis at) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(at)));
}

template <class... Parts>
std::string printed(const char* format, Parts... parts) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, parts...);
  return text.data();
}

http::Response nothing_there() {
  return json_answer(404, {{"status", "error"}, {"message", "resource not found"}, {"category", "OBJECT_NOT_FOUND"}});
}

http::Response refusal(const std::string& message) {
  return json_answer(400, {{"status", "error"}, {"message", message}, {"category", "VALIDATION_ERROR"}});
}

}  // namespace

http::Response json_answer(int status, const json& body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json;charset=utf-8"}};
  if (!body.is_null()) response.body = body.dump();
  return response;
}

std::string iso_time(domain::Millis at) {
  const std::chrono::year_month_day date(day_of(at));
  const int rest = static_cast<int>(at % domain::kDay);
  return printed("%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3'600'000,
                 rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
}

std::string http_date(domain::Millis at) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = day_of(at);
  const std::chrono::year_month_day date(day);
  const int rest = static_cast<int>(at % domain::kDay);
  return printed("%s, %02u %s %04d %02d:%02d:%02d GMT", days[std::chrono::weekday(day).c_encoding()],
                 static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                 static_cast<int>(date.year()), rest / 3'600'000, rest / 60'000 % 60, rest / 1000 % 60);
}

std::size_t FakeHubSpot::calls(std::string_view part) const {
  return static_cast<std::size_t>(std::count_if(asked.begin(), asked.end(), [&](const http::Request& request) {
    return request.target.find(part) != std::string::npos;
  }));
}

http::Response FakeHubSpot::answer(const http::Request& request) {
  asked.push_back(request);
  auto response = nothing_there();
  const auto broken = fault ? fault(request) : std::nullopt;
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (broken)
    response = *broken;
  else if (path == kContacts)
    response = contacts_list(request.target);
  else if (path == std::string(kContacts) + "/search")
    response = search(json::parse(request.body));
  else if (path.starts_with(kProperties)) {
    const auto name = path.substr(std::string_view(kProperties).size());
    if (definitions.contains(name))
      response =
          json_answer(200, {{"name", name}, {"label", name}, {"type", "bool"}, {"fieldType", "booleancheckbox"}});
  } else if (path.starts_with(kPreferences)) {
    response = preferences(request, path.substr(std::string_view(kPreferences).size()));
  } else if (path == "/account-info/2026-09/details") {
    response = json_answer(200, {{"portalId", 62515}, {"utcOffsetMilliseconds", -18'000'000}});
  } else if (path == "/oauth/v2/private-apps/get/access-token-info") {
    response = json_answer(200, {{"hubId", 62515}, {"scopes", scopes}});
  }
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  response.headers.push_back({"Date", http_date(now)});
  return response;
}

std::optional<http::Response> FakeHubSpot::lacks(std::initializer_list<const char*> any) const {
  for (const char* scope : any)
    if (scopes.contains(scope)) return std::nullopt;
  return json_answer(
      403,
      {{"status", "error"},
       {"category", "MISSING_SCOPES"},
       {"errors", {{{"context", {{"requiredGranularScopes", std::vector<std::string>(any.begin(), any.end())}}}}}}});
}

json FakeHubSpot::value_of(const Contact& contact, const std::string& property) const {
  const auto own = contact.properties.find(property);
  if (own != contact.properties.end()) return own->second;
  if (property == "hs_email_optout") {
    const auto email = contact.properties.find("email");
    if (email != contact.properties.end() && email->second.is_string() &&
        out.contains(address_key(email->second.get<std::string>())))
      return "true";
  }
  if (property == "lastmodifieddate") return iso_time(contact.modified);
  return nullptr;
}

json FakeHubSpot::row_of(const std::string& id, const Contact& contact) const {
  json row = {{"id", id}, {"updatedAt", iso_time(contact.modified)}, {"archived", contact.archived}};
  if (contact.broken) return row;
  if (contact.archived) row["archivedAt"] = iso_time(contact.modified);
  json properties = {{"hs_object_id", id}};
  for (const char* name :
       {"email", "firstname", "lastname", "lastmodifieddate", "hs_merged_object_ids", "hs_email_optout"}) {
    const json value = value_of(contact, name);
    const bool hidden = hides_opt_out && name == std::string("hs_email_optout");
    if (!hidden && (shows_nulls || !value.is_null())) properties[name] = value;
  }
  row["properties"] = std::move(properties);
  return row;
}

http::Response FakeHubSpot::contacts_list(const std::string& target) {
  if (auto refused_call = lacks({"crm.objects.contacts.read"})) return *refused_call;
  const bool archived = parameter(target, "archived") == "true";
  const std::string after = parameter(target, "after");
  const auto limit = std::stoul(parameter(target, "limit"));
  if (limit > 100) return refusal("limit must be at most 100");
  json rows = json::array();
  json answer = json::object();
  for (const auto& [id, contact] : contacts) {
    if (contact.archived != archived || (!after.empty() && id_before(id, after))) continue;
    if (rows.size() == limit) {
      answer["paging"] = {{"next", {{"after", id}, {"link", "https://api.hubspot.com/wrong"}}}};
      break;
    }
    rows.push_back(row_of(id, contact));
  }
  if (after.empty()) lists_ = 0;
  if (!archived && list_ends_after && ++lists_ == *list_ends_after) answer.erase("paging");
  answer["results"] = std::move(rows);
  return json_answer(200, answer);
}

bool FakeHubSpot::matches(const json& filter, const std::string& id, const Contact& contact) const {
  const std::string property = filter.at("propertyName"), operation = filter.at("operator"), value = filter.at("value");
  if (property == "hs_object_id") return operation == "GT" && id_before(value, id);
  if (property == "lastmodifieddate") return operation == "GTE" && contact.modified >= std::stoll(value);
  return operation == "EQ" && value_of(contact, property) == value;
}

http::Response FakeHubSpot::search(const json& body) {
  if (auto refused_call = lacks({"crm.objects.contacts.read"})) return *refused_call;
  const std::size_t limit = body.at("limit");
  if (limit > 200 || body.at("after") != "0" || body.at("sorts").size() != 1 || body.dump().size() > 3000)
    return refusal("There was a problem with the request.");
  const json groups = body.at("filterGroups");
  for (const json& group : groups)
    for (const json& filter : group.at("filters")) {
      const std::string name = filter.at("propertyName");
      if (name != "hs_object_id" && name != "lastmodifieddate" && !definitions.contains(name))
        return refusal("There was a problem with the request.");
    }
  json rows = json::array();
  std::size_t total = 0;
  for (const auto& [id, contact] : contacts) {
    if (contact.archived || contact.modified + lag > now) continue;
    const auto in_group = [&, &key = id, &value = contact](const json& group) {
      return std::all_of(group.at("filters").begin(), group.at("filters").end(),
                         [&](const json& filter) { return matches(filter, key, value); });
    };
    if (!groups.empty() && std::none_of(groups.begin(), groups.end(), in_group)) continue;
    if (++total <= limit) rows.push_back(row_of(id, contact));
  }
  json answer = {{"total", total}, {"results", rows}};
  if (total > rows.size()) answer["paging"] = {{"next", {{"after", std::to_string(rows.size())}}}};
  return json_answer(200, answer);
}

void FakeHubSpot::opt_out(const std::string& email) {
  if (!stores_opt_outs) return;
  told.try_emplace(address_key(email), email);
  if (!out.insert(address_key(email)).second) return;
  for (auto& [id, contact] : contacts) {
    const auto own = contact.properties.find("email");
    if (own != contact.properties.end() && own->second.is_string() &&
        address_key(own->second.get<std::string>()) == address_key(email))
      contact.modified = now;
  }
}

http::Response FakeHubSpot::preferences(const http::Request& request, std::string rest) {
  if (rest == "/definitions") return json_answer(200, {{"results", {{{"id", "12345"}, {"name", "Newsletter"}}}}});
  if (rest.starts_with("/statuses/batch/")) return batch(rest.substr(16), json::parse(request.body));
  const bool all = rest.ends_with("/unsubscribe-all");
  const auto end = all ? rest.size() - 16 : rest.size();
  const std::string email = decoded(std::string_view(rest).substr(10, end - 10));
  const bool write = request.method == "POST";
  if (auto refused_call = lacks({write ? "communication_preferences.write" : "communication_preferences.read",
                                 "communication_preferences.read_write"}))
    return *refused_call;
  if (write && (email.find('@') == std::string::npos || refused.contains(address_key(email))))
    return refusal("invalid");
  if (write && all) {
    opt_out(email);
    return json_answer(200, nullptr);
  }
  if (write) {
    const json body = json::parse(request.body);
    types[address_key(email)][std::to_string(body.at("subscriptionId").get<int>())] = body.at("statusState");
    return json_answer(200, json::object());
  }
  json results = json::array();
  if (all && out.contains(address_key(email)))
    results.push_back({{"wideStatusType", "PORTAL_WIDE"}, {"subscriberIdString", email}, {"status", "UNSUBSCRIBED"}});
  if (!all)
    for (const auto& [type, status] : types[address_key(email)])
      results.push_back({{"subscriberIdString", email}, {"subscriptionId", std::stoi(type)}, {"status", status}});
  return json_answer(200, {{"status", "SUCCESS"}, {"results", results}});
}

http::Response FakeHubSpot::batch(const std::string& what, const json& body) {
  const bool write = what == "unsubscribe-all" || what == "write";
  if (auto refused_call = lacks(
          {write ? "communication_preferences.statuses.batch.write" : "communication_preferences.statuses.batch.read"}))
    return *refused_call;
  json results = json::array(), errors = json::array();
  for (const json& input : body.at("inputs")) {
    const std::string email = what == "write" ? input.at("subscriberIdString") : input;
    const std::string key = address_key(email);
    if (write && refused.contains(key)) {
      errors.push_back({{"category", "VALIDATION_ERROR"}, {"context", {{"subscriberIdString", {email}}}}});
    } else if (what == "unsubscribe-all") {
      opt_out(email);
    } else if (what == "write") {
      types[key][std::to_string(input.at("subscriptionId").get<int>())] = input.at("statusState");
    } else if (what == "unsubscribe-all/read") {
      results.push_back(
          {{"subscriberIdString", email},
           {"wideStatuses",
            {{{"wideStatusType", "PORTAL_WIDE"}, {"status", out.contains(key) ? "UNSUBSCRIBED" : "SUBSCRIBED"}}}}});
    } else {
      json statuses = json::array();
      for (const auto& [type, status] : types[key])
        statuses.push_back({{"subscriptionId", std::stoi(type)}, {"status", status}});
      results.push_back({{"subscriberIdString", email}, {"statuses", statuses}});
    }
  }
  if (what == "unsubscribe-all" && errors.empty()) return json_answer(200, nullptr);
  return json_answer(200, {{"status", "COMPLETE"}, {"results", results}, {"errors", errors}});
}

}  // namespace crmsync::connectors::hubspot
