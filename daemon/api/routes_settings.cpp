// The configuration as it is in force, for people who never see the file. Nothing in it is secret.
#include "daemon/api/fields.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

std::int64_t seconds(config::milliseconds duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

Json to_json(const domain::Limit& limit) {
  return {{"percent", limit.percent}, {"at_least", limit.at_least}, {"at_most", limit.at_most}};
}

Json to_json(const domain::Limits& limits) {
  return {{"max_resubscribe", to_json(limits.max_resubscribe)},
          {"max_unsubscribe", to_json(limits.max_unsubscribe)},
          {"max_delete", to_json(limits.max_delete)}};
}

std::string_view name_of(domain::PushPolicy policy) {
  if (policy == domain::PushPolicy::both) return "both";
  return policy == domain::PushPolicy::none ? "none" : "opt_out";
}

Json to_json(const config::Connection& connection) {
  Json json;
  json["id"] = connection.id;
  json["connector"] = connection.connector;
  json["schedule"] = {{"every_s", seconds(connection.schedule.every)},
                      {"full_every_s", seconds(connection.schedule.full_every)}};
  json["on_delete"] = connection.rules.on_delete == domain::OnDelete::keep ? "keep" : "suppress";
  json["push"] = name_of(connection.rules.push);
  json["limits"] = to_json(connection.limits);
  json["rate_limit"] = nullptr;
  if (const auto& rate = connection.rate_limit)
    json["rate_limit"] = {{"requests", rate->requests}, {"per_s", static_cast<double>(rate->per.count()) / 1000}};
  json["push_deadline_s"] = seconds(connection.push_deadline);
  json["push_warn_after_s"] = seconds(connection.push_warn_after);
  return json;
}

Json to_json(const config::Account& account) {
  Json json;
  json["id"] = account.id;
  json["name"] = account.name;
  json["brand"] = account.brand.empty() ? Json(nullptr) : Json(account.brand);
  json["resubscribe"] = account.resubscribe_allowed ? "allowed" : "forbidden";
  json["integrated"] = account.integrated();
  json["connections"] = Json::array();
  for (const auto& connection : account.connections) json["connections"].push_back(to_json(connection));
  return json;
}

Json to_json(const domain::StrikeRules& strikes) {
  Json json;
  for (const auto reason : {domain::Reason::soft_bounce, domain::Reason::blocked, domain::Reason::deferral})
    json[std::string(domain::to_string(reason))] = strikes.needed_for(reason);
  json["window_days"] = strikes.window / domain::kDay;
  json["deferral_days"] = strikes.deferral_ends_after / domain::kDay;
  return json;
}

Json to_json(const config::Token& token) {
  return {{"name", token.name}, {"role", domain::to_string(token.role)}, {"accounts", token.accounts}};
}

Json to_json(const config::Api& api) {
  Json json;
  json["listen"] = api.listen ? Json(*api.listen) : Json(nullptr);
  json["tls"] = api.tls.has_value();
  json["public_url"] = api.public_url.empty() ? Json(nullptr) : Json(api.public_url);
  return json;
}

asio::awaitable<HttpResponse> get_settings(Context& context) {
  QueryFields fields(context.request);
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  const auto& config = *context.config;
  Json json;
  json["version"] = CRMSYNC_VERSION;
  json["api"] = to_json(config.api);
  json["accounts"] = Json::array();
  for (const auto& account : config.accounts)
    if (context.principal.sees(account.id)) json["accounts"].push_back(to_json(account));
  json["strikes"] = to_json(config.strikes);
  // Who else may sign in is for administrators of everything.
  if (context.principal.role == domain::Role::admin && context.principal.sees_all()) {
    json["tokens"] = Json::array();
    for (const auto& token : config.api.tokens) json["tokens"].push_back(to_json(token));
  }
  co_return json_response(200, json);
}

}  // namespace

std::vector<Route> settings_routes() { return {{"GET", "/api/v1/settings", Permission::read, get_settings}}; }

}  // namespace crmsync::api
