#include "connectors/hubspot/options.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "connectors/hubspot/times.h"

namespace crmsync::connectors::hubspot {

namespace {

using nlohmann::json;
using Problems = std::vector<OptionProblem>;

constexpr std::array<Option, 9> kTable{{
    {"token", Option::Type::secret, true, "a service key or the token of a private app"},
    {"base_url", Option::Type::text, false, "where the API is; default: https://api.hubapi.com"},
    {"api_version", Option::Type::text, false, "version in the API's paths; default: 2026-09"},
    {"subscription_id", Option::Type::text, false, "one subscription type decides, instead of all marketing mail"},
    {"opted_out_when", Option::Type::object, false, "conditions on properties, any of which means opted out"},
    {"sweep_every", Option::Type::text, false, "how often everybody opted out is looked at; default: 6h"},
    {"ca_file", Option::Type::text, false, "certificates to trust (PEM); default: the system's"},
    {"proxy", Option::Type::text, false, "http://host:port; default: none"},
    {"proxy_login", Option::Type::secret, false, "user:password of the proxy"},
}};

constexpr domain::Millis kShortestSweep = domain::kMinute;
constexpr domain::Millis kLongestSweep = 30 * domain::kDay;

bool is_filled(const json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }

template <class Good>
void check_text(const json& options, const char* key, Problems& problems, const char* what, Good good) {
  if (!options.contains(key)) return;
  if (!is_filled(options[key]) || !good(options[key].get_ref<const std::string&>())) problems.push_back({key, what});
}

bool only(std::string_view text, bool (*good)(char)) { return std::all_of(text.begin(), text.end(), good); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_visible(char c) { return c > ' ' && c < '\x7f'; }
bool is_property_char(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; }

bool is_version(const std::string& text) {
  const auto dash = text.find('-');
  if (dash == std::string::npos) return text.size() >= 2 && text[0] == 'v' && only(text.substr(1), is_digit);
  return text.size() == 7 && dash == 4 && only(text.substr(0, 4), is_digit) && only(text.substr(5), is_digit);
}

// The client looks at the rest: host, port, and that plain http stays on this machine.
bool is_url(const std::string& text) {
  return only(text, is_visible) && (text.starts_with("https://") || text.starts_with("http://")) &&
         text.find_first_of("?#@") == std::string::npos;
}

bool is_proxy(const std::string& text) {
  return only(text, is_visible) && text.starts_with("http://") && text.size() > 7 &&
         text.find('@') == std::string::npos;
}

bool is_sweep(const std::string& text) {
  const auto every = parse_duration(text);
  return every && *every >= kShortestSweep && *every <= kLongestSweep;
}

bool is_condition(const json& one) {
  return one.is_object() && one.contains("field") && is_filled(one["field"]) &&
         only(one["field"].get_ref<const std::string&>(), is_property_char) && one.contains("equals") &&
         is_filled(one["equals"]);
}

void check_conditions(const json& options, Problems& problems) {
  if (!options.contains("opted_out_when")) return;
  const json& conditions = options["opted_out_when"];
  if (!conditions.is_array() || conditions.empty() || conditions.size() > kMostConditions ||
      !std::all_of(conditions.begin(), conditions.end(), is_condition))
    problems.push_back({"opted_out_when",
                        "has to be a list of { field: PROPERTY, equals: TEXT }, at most 5; a property's internal name "
                        "is lower-case letters, digits and _"});
  else if (options.contains("subscription_id"))
    problems.push_back({"opted_out_when", "cannot stand beside subscription_id: one of them decides who is opted out"});
}

}  // namespace

std::span<const Option> option_table() { return kTable; }

std::string opt_out_property_of(std::string_view subscription_id) {
  return std::string(kOptOutProperty).append("_").append(subscription_id);
}

std::vector<OptionProblem> check_options(const json& options) {
  Problems problems;
  check_text(options, "token", problems, "has to be one word: the key as HubSpot shows it",
             [](const std::string& text) { return only(text, is_visible); });
  check_text(options, "base_url", problems,
             "has to be a URL such as https://api.hubapi.com, without a login, a query or a fragment", is_url);
  check_text(options, "api_version", problems, "has to be a version such as 2026-09", is_version);
  check_text(options, "subscription_id", problems,
             "has to be the number of a subscription type, in quotes (HubSpot shows it in the subscription type's "
             "settings)",
             [](const std::string& text) { return text.size() <= 18 && only(text, is_digit); });
  check_conditions(options, problems);
  check_text(options, "sweep_every", problems, "has to be a time from 1m to 30d, such as 6h", is_sweep);
  check_text(options, "ca_file", problems, "has to be the path of a file", [](const std::string&) { return true; });
  check_text(options, "proxy", problems,
             "has to be http://host:port; a login for it belongs into proxy_login, which is a secret", is_proxy);
  check_text(options, "proxy_login", problems, "has to be user:password",
             [](const std::string& text) { return only(text, is_visible) && text.find(':') != std::string::npos; });
  if (options.contains("proxy_login") && !options.contains("proxy"))
    problems.push_back({"proxy_login", "needs a proxy"});
  return problems;
}

Options parse_options(const json& options) {
  Options parsed;
  const auto read = [&](const char* key, std::string& to) { to = options.value(key, to); };
  read("token", parsed.token);
  read("base_url", parsed.base_url);
  read("api_version", parsed.api_version);
  read("subscription_id", parsed.subscription_id);
  read("ca_file", parsed.ca_file);
  read("proxy", parsed.proxy);
  read("proxy_login", parsed.proxy_login);
  if (options.contains("sweep_every")) parsed.sweep_every = *parse_duration(options["sweep_every"].get<std::string>());
  for (const json& condition : options.value("opted_out_when", json::array()))
    parsed.opted_out_when.push_back({condition.at("field"), condition.at("equals")});
  parsed.own_conditions = !parsed.opted_out_when.empty();
  if (!parsed.own_conditions) parsed.opted_out_when.push_back({std::string(kOptOutProperty), "true"});
  if (!parsed.subscription_id.empty())
    parsed.opted_out_when.push_back({opt_out_property_of(parsed.subscription_id), "true"});
  return parsed;
}

}  // namespace crmsync::connectors::hubspot
