#include "connectors/hubspot/requests.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace crmsync::connectors::hubspot {

namespace {

using http::encode_component;
using http::Request;
using nlohmann::json;

Request get(std::string target) {
  Request request;
  request.target = std::move(target);
  return request;
}

Request post(std::string target, const json& body) {
  Request request;
  request.method = "POST";
  request.target = std::move(target);
  request.repeatable = true;  // nothing here does more the second time
  // An address that is no valid UTF-8 matches nobody; it must not throw.
  if (!body.is_null()) request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return request;
}

json inputs(std::span<const std::string> texts) { return {{"inputs", std::vector(texts.begin(), texts.end())}}; }

json filter(std::string_view property, const char* operation, std::string value) {
  return {{"propertyName", property}, {"operator", operation}, {"value", std::move(value)}};
}

// HubSpot's examples have the subscription's id as a number here.
json subscription_number(std::string_view id) {
  std::int64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

json status_input(std::string_view subscription, domain::PushKind kind) {
  return {{"subscriptionId", subscription_number(subscription)},
          {"statusState", kind == domain::PushKind::opt_out ? "UNSUBSCRIBED" : "SUBSCRIBED"},
          {"channel", "EMAIL"}};
}

constexpr const char* kChannel = "?channel=EMAIL";

}  // namespace

Requests::Requests(std::string api_version, std::vector<std::string> properties)
    : contacts_("/crm/objects/" + api_version + "/contacts"),
      properties_path_("/crm/properties/" + api_version + "/contacts/"),
      account_("/account-info/" + api_version + "/details"),
      preferences_("/communication-preferences/" + api_version),
      properties_(std::move(properties)) {
  for (const auto& property : properties_) {
    list_query_.append(list_query_.empty() ? "" : "%2C");
    list_query_.append(encode_component(property));
  }
  list_query_.insert(0, "&properties=");
}

Request Requests::list(std::string_view after, bool archived, std::size_t limit) const {
  std::string target = contacts_ + "?limit=" + std::to_string(limit) + (archived ? "&archived=true" : "") + list_query_;
  if (!after.empty()) target.append("&after=").append(encode_component(after));
  return get(std::move(target));
}

Request Requests::search(const Search& search) const {
  json common = json::array();
  if (search.modified_since)
    common.push_back(filter("lastmodifieddate", "GTE", std::to_string(*search.modified_since)));
  if (!search.after_id.empty()) common.push_back(filter("hs_object_id", "GT", search.after_id));
  json groups = json::array();
  for (const auto& condition : search.any_of) {
    json filters = common;
    filters.push_back(filter(condition.property, "EQ", condition.equals));
    groups.push_back({{"filters", std::move(filters)}});
  }
  if (groups.empty() && !common.empty()) groups.push_back({{"filters", std::move(common)}});
  json body = json::object();
  body["filterGroups"] = std::move(groups);
  body["sorts"] = json::array({{{"propertyName", "hs_object_id"}, {"direction", "ASCENDING"}}});
  body["properties"] = properties_;
  body["limit"] = search.limit;
  body["after"] = "0";
  return post(contacts_ + "/search", body);
}

Request Requests::property(std::string_view name) const { return get(properties_path_ + encode_component(name)); }

Request Requests::account() const { return get(account_); }

// The one path without a date: HubSpot has no newer one.
Request Requests::token_info(std::string_view token) const {
  return post("/oauth/v2/private-apps/get/access-token-info", {{"tokenKey", token}});
}

Request Requests::definitions() const { return get(preferences_ + "/definitions"); }

Request Requests::unsubscribe_all(std::string_view email) const {
  return post(preferences_ + "/statuses/" + encode_component(email) + "/unsubscribe-all" + kChannel, json());
}

Request Requests::unsubscribe_all(std::span<const std::string> emails) const {
  return post(preferences_ + "/statuses/batch/unsubscribe-all" + kChannel, inputs(emails));
}

Request Requests::is_unsubscribed(std::string_view email) const {
  return get(preferences_ + "/statuses/" + encode_component(email) + "/unsubscribe-all" + kChannel);
}

Request Requests::are_unsubscribed(std::span<const std::string> emails) const {
  return post(preferences_ + "/statuses/batch/unsubscribe-all/read" + kChannel, inputs(emails));
}

Request Requests::set_status(std::string_view email, std::string_view subscription, domain::PushKind kind) const {
  return post(preferences_ + "/statuses/" + encode_component(email), status_input(subscription, kind));
}

Request Requests::set_statuses(std::span<const std::string> emails, std::string_view subscription,
                               domain::PushKind kind) const {
  json rows = json::array();
  for (const auto& email : emails) {
    json row = status_input(subscription, kind);
    row["subscriberIdString"] = email;
    rows.push_back(std::move(row));
  }
  return post(preferences_ + "/statuses/batch/write", {{"inputs", std::move(rows)}});
}

Request Requests::statuses(std::string_view email) const {
  return get(preferences_ + "/statuses/" + encode_component(email) + kChannel);
}

Request Requests::statuses(std::span<const std::string> emails) const {
  return post(preferences_ + "/statuses/batch/read" + kChannel, inputs(emails));
}

}  // namespace crmsync::connectors::hubspot
