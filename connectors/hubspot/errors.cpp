#include "connectors/hubspot/errors.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "connectors/http/api.h"
#include "connectors/hubspot/answers.h"

namespace crmsync::connectors::hubspot {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::string_view kMissingScope = "the token lacks a scope for this";
constexpr std::size_t kLongestMessage = 200;
constexpr double kStretch = 1.03;  // of a window that HubSpot tells
constexpr std::chrono::milliseconds kRollingWindow = 10s;

std::string text_of(const json& body, const char* key) {
  return body.is_object() && body.contains(key) && body[key].is_string() ? body[key].get<std::string>() : std::string();
}

// Names of scopes, categories and codes: nothing personal can be in them.
bool is_name(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !text.empty() && text.size() <= 80 && std::all_of(text.begin(), text.end(), good);
}

std::string named(const json& body, const char* key) {
  std::string text = text_of(body, key);
  return is_name(text) ? text : std::string();
}

// HubSpot's own words, unless they could quote somebody.
std::string message_of(const json& body) {
  std::string text = text_of(body, "message");
  if (text.find('@') != std::string::npos || text.find('%') != std::string::npos) return {};
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  if (text.size() <= kLongestMessage) return text;
  std::size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + " ...";
}

std::string joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const auto& part : parts)
    if (!part.empty()) text.append(text.empty() ? "" : ", ").append(part);
  return text;
}

std::string correlation_of(const http::Response& response, const json& body) {
  std::string id = named(body, "correlationId");
  if (id.empty() && is_name(response.header("x-hubspot-correlation-id")))
    id = response.header("x-hubspot-correlation-id");
  return id.empty() ? id : "correlation id " + id;
}

// "(403, MISSING_SCOPES, correlation id ...)"
std::string details(const http::Response& response, const json& body) {
  return " (" +
         joined({std::to_string(response.status), named(body, "category"), named(body, "policyName"),
                 correlation_of(response, body)}) +
         ")";
}

void add_scopes(const json& context, std::vector<std::string>& scopes) {
  for (const char* key : {"requiredGranularScopes", "requiredScopes", "missingScopes"}) {
    if (!context.is_object() || !context.contains(key) || !context[key].is_array()) continue;
    for (const json& scope : context[key])
      if (scope.is_string() && is_name(scope.get_ref<const std::string&>())) scopes.push_back(scope);
  }
}

std::string scopes_of(const json& body) {
  std::vector<std::string> scopes;
  if (body.is_object() && body.contains("context")) add_scopes(body["context"], scopes);
  if (body.is_object() && body.contains("errors") && body["errors"].is_array())
    for (const json& error : body["errors"])
      if (error.is_object() && error.contains("context")) add_scopes(error["context"], scopes);
  std::string text;
  for (const auto& scope : scopes)
    if (text.size() < kLongestMessage) text.append(text.empty() ? "" : ", ").append(scope);
  return text;
}

Error unauthorized(const http::Response& response, const json& body) {
  return Error(ErrorKind::unauthorized, "HubSpot refuses the token" + details(response, body) +
                                            ": make a service key (or take the token of a private app) with the scope "
                                            "crm.objects.contacts.read, and put it where the option token points");
}

Error forbidden(const http::Response& response, const json& body) {
  if (!body.is_object())  // the web firewall before the API, whose mind may change
    return Error(ErrorKind::transient, "HubSpot's firewall refuses the call" + details(response, body) +
                                           ": look whether base_url, proxy or a filter of IP addresses is the cause");
  const std::string scopes = scopes_of(body);
  if (!scopes.empty() || text_of(body, "category") == "MISSING_SCOPES")
    return Error(ErrorKind::unauthorized, std::string(kMissingScope) + details(response, body) +
                                              ": give the service key or private app one of " +
                                              (scopes.empty() ? "the scopes that the README names" : scopes));
  return Error(ErrorKind::unauthorized, "HubSpot forbids this" + details(response, body) + ": " + message_of(body) +
                                            "; look at the token's scopes, and whether its owner is still a user");
}

std::optional<milliseconds> told(const http::Response& response, const DayEnd& day) {
  const auto now = std::chrono::system_clock::time_point(milliseconds(day.now));
  return http::parse_retry_after(response.header("retry-after"), now);
}

// Which of the limits it was decides how long; a Retry-After, if there is one, decides before that.
Error too_many(const http::Response& response, const json& body, const DayEnd& day) {
  const std::string policy = text_of(body, "policyName"), message = text_of(body, "message");
  auto wait = told(response, day);
  const char* what = "HubSpot's rate limit is reached";
  if (policy == "DAILY" || message.find("daily") != std::string::npos) {
    what = "HubSpot's daily limit of calls is used up; it starts again at midnight of the account's time zone";
    if (!wait) wait = until_day_ends(day);
  } else if (policy == "SECONDLY" || message.find(" secondly ") != std::string::npos) {
    if (!wait) wait = 1s;
  } else if (policy == "TEN_SECONDLY_ROLLING" || message.find("ten_secondly") != std::string::npos) {
    if (!wait) wait = kRollingWindow;
  }
  return Error(ErrorKind::rate_limited,
               what + details(response, body) + ": other apps may share it; a lower rate_limit leaves them more", wait);
}

Error busy(const http::Response& response, const json& body, const DayEnd& day, const char* what) {
  return Error(ErrorKind::transient, what + details(response, body), told(response, day));
}

std::optional<double> number(const http::Response& response, std::string_view name) {
  const auto text = response.header(name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return static_cast<double>(value);
}

}  // namespace

bool is_missing_scope(const Error& error) {
  return error.kind == ErrorKind::unauthorized && error.message.find(kMissingScope) != std::string::npos;
}

milliseconds until_day_ends(const DayEnd& day) {
  if (!day.utc_offset) return 1h;
  const auto local = day.now + *day.utc_offset;
  return milliseconds(domain::kDay - local % domain::kDay);
}

Error error_of(const http::Response& response, const DayEnd& day) {
  const json body = parse_small(response.body).value_or(json());
  switch (response.status) {
    case 401: return unauthorized(response, body);
    case 403: return forbidden(response, body);
    case 404: return Error(ErrorKind::not_found, "HubSpot has nothing there" + details(response, body));
    case 408: return busy(response, body, day, "HubSpot gave up waiting for the call");
    case 409: return Error(ErrorKind::stale, "HubSpot says that it has changed meanwhile" + details(response, body));
    case 414: return Error(ErrorKind::config, "the list of properties is too long" + details(response, body));
    case 423: {
      Error error = busy(response, body, day, "HubSpot has locked what the call needs");
      if (!error.retry_after) error.retry_after = 2s;
      return error;
    }
    case 429: return too_many(response, body, day);
    case 477: {  // the account is being moved to another data centre
      Error error = busy(response, body, day, "HubSpot is moving the account");
      error.kind = ErrorKind::rate_limited;
      return error;
    }
    default: break;
  }
  if (response.status >= 500) return busy(response, body, day, "HubSpot cannot answer at the moment");
  const std::string message = message_of(body);
  return Error(ErrorKind::rejected,
               "HubSpot refuses the call" + details(response, body) + (message.empty() ? "" : ": " + message));
}

LimitHeaders limit_headers(const http::Response& response) {
  LimitHeaders told;
  const auto most = number(response, "x-hubspot-ratelimit-max");
  const auto interval = number(response, "x-hubspot-ratelimit-interval-milliseconds");
  if (most && interval && *most >= 1 && *interval >= 1 && *interval <= static_cast<double>(domain::kDay))
    told.rate = http::Rate{*most, milliseconds(static_cast<std::int64_t>(*interval * kStretch))};
  told.remaining = number(response, "x-hubspot-ratelimit-remaining");
  told.daily = number(response, "x-hubspot-ratelimit-daily");
  told.daily_remaining = number(response, "x-hubspot-ratelimit-daily-remaining");
  return told;
}

http::Rate search_rate() { return {5, 1100ms}; }
http::Rate highest_rate() { return {250, 10'300ms}; }

}  // namespace crmsync::connectors::hubspot
