// Any valid configuration, written as YAML or JSON in any of their ways, loads as itself.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "tests/config/config_text.h"

namespace crmsync::config {

namespace {

using rc::gen::inRange;

int number(int least, int most) { return *inRange(least, most + 1); }

milliseconds duration(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  return milliseconds(*inRange<std::int64_t>(least.count(), most.count() + 1));
}

// Words that other readers of YAML take for something else, quotes, colons, other alphabets.
std::string some_text() {
  static const std::vector<std::string> pieces{
      "no", "off", "010", "null", "~", "true", "a b", ": ",  " #", "'", "\"", "\\",       "-",
      "*a", "&a",  "{",   "}",    "[", ",",    "1e3", "!!x", "%",  "@", "/",  "\xC3\xA4", "\xF0\x9F\x98\x80",
      "<<"};
  std::string text;
  for (int i = number(1, 4); i > 0; --i) text += *rc::gen::elementOf(pieces);
  return text;
}

std::string option_text() { return number(0, 5) == 0 ? "line\n\tand \r line " : number(0, 5) == 0 ? "" : some_text(); }

domain::Limit some_limit() {
  const int least = number(0, 100000);
  return {number(0, 400) / 4.0, least, least + number(0, 100000)};
}

nlohmann::json some_object(int depth) {
  auto object = nlohmann::json::object();
  for (int i = number(0, 3); i > 0; --i) {
    const std::string key = some_text();
    const int kind = number(0, depth > 0 ? 2 : 1);
    if (kind == 0) object[key] = option_text();
    if (kind == 1) object[key] = nlohmann::json::array({option_text(), option_text()});
    if (kind == 2) object[key] = some_object(depth - 1);
  }
  return object;
}

SecretSource some_source() {
  if (number(0, 1) == 0) return {SecretSource::From::credential, "name_" + std::to_string(number(0, 99))};
  return {SecretSource::From::file, "/secrets/" + std::to_string(number(0, 99))};
}

void add_options(Connection& c) {
  c.options = nlohmann::json::object();
  if (c.connector == "csv") {
    c.options["path"] = option_text();
    return;
  }
  if (number(0, 1)) c.options["text"] = option_text();
  if (number(0, 1)) c.options["flag"] = number(0, 1) == 1;
  if (number(0, 1)) c.options["number"] = number(14, 1000000);
  if (number(0, 1)) c.options["number"] = number(-4000, -1) / 8.0;
  if (number(0, 1)) c.options["list"] = {option_text(), option_text(), option_text()};
  if (number(0, 1)) c.options["object"] = some_object(3);
  if (number(0, 1)) c.options["opted_out_when"] = {{{"field", some_text()}, {"equals", option_text()}}};
  c.secrets["token"] = some_source();
  if (number(0, 1)) c.secrets["second_token"] = some_source();
}

Connection some_connection(const std::string& account, const std::string& id) {
  Connection c;
  c.id = id;
  c.account = account;
  c.connector = number(0, 1) ? "csv" : "every-type";
  const std::chrono::seconds second(1);
  const std::chrono::days year(366);
  c.schedule.every = duration(second, year);
  c.schedule.full_every = duration(c.schedule.every, year);
  c.rules = {id, static_cast<domain::OnDelete>(number(0, 1)), static_cast<domain::PushPolicy>(number(0, 2))};
  c.limits = {some_limit(), some_limit(), some_limit()};
  if (number(0, 1)) c.rate_limit = RateLimit{number(1, 1000000), duration(milliseconds(1), std::chrono::days(1))};
  c.push_deadline = duration(second, year);
  c.push_warn_after = duration(second, c.push_deadline);
  add_options(c);
  return c;
}

Token some_token(const Config& config, int index) {
  Token token;
  token.name = std::to_string(index) + some_text();
  token.role = static_cast<domain::Role>(number(0, 3));
  for (const Account& account : config.accounts)
    if (number(0, 1)) token.accounts.push_back(account.id);
  const char digit = static_cast<char>('0' + index);
  token.sha256 = std::string(63, 'e') + digit;
  return token;
}

Config some_config() {
  Config config;
  config.store_path = "/" + std::to_string(number(0, 9)) + "/x \"y\".db";
  config.api.socket = "/run/" + std::to_string(number(0, 9));
  if (number(0, 1)) config.api.public_url = "https://mail" + std::to_string(number(0, 9)) + ".example.com";
  if (number(0, 1)) config.api.listen = number(0, 1) ? "127.0.0.1:" + std::to_string(number(1, 65535)) : "[::1]:1";
  if (config.api.listen && number(0, 1)) {
    config.api.listen = "0.0.0.0:8443";
    config.api.tls = Tls{"/tls/" + std::to_string(number(0, 9)), {}, some_source()};
  }
  config.log.level = *rc::gen::elementOf(std::vector<std::string>{"trace", "debug", "info", "warn", "error"});
  config.log.format = number(0, 1) ? LogFormat::json : LogFormat::text;
  for (const auto reason : {domain::Reason::soft_bounce, domain::Reason::blocked, domain::Reason::deferral})
    config.strikes.needed[static_cast<std::size_t>(reason)] = number(1, 1000);
  config.strikes.window = duration(std::chrono::days(1), std::chrono::days(3650)).count();
  config.strikes.deferral_ends_after = duration(std::chrono::hours(1), std::chrono::days(3650)).count();
  static const std::vector<std::string> ids{"no", "010", "off", "a-b_c", "0", "1e3", "true"};
  for (int i = number(0, 4); i > 0; --i) {
    Account account;
    account.id = ids[static_cast<std::size_t>(i)];
    account.name = some_text();
    account.brand = number(0, 1) ? "" : number(0, 1) ? "yes" : "123";
    account.resubscribe_allowed = number(0, 1) == 1;
    for (int j = number(0, 3); j > 0; --j)
      account.connections.push_back(some_connection(account.id, account.id + "-" + std::to_string(j)));
    config.accounts.push_back(std::move(account));
  }
  for (int i = number(0, 3); i > 0; --i) config.api.tokens.push_back(some_token(config, i));
  return config;
}

}  // namespace

TEST_CASE("a configuration written as YAML and as JSON loads as itself") {
  CHECK(rc::check([] {
    const Config config = some_config();
    const auto document = document_of(config);
    const auto choice = [](int n) { return *inRange(0, n); };
    const std::string yaml = to_yaml(document, choice);
    const std::string json = document.dump(*rc::gen::element(-1, 0, 2), ' ', *rc::gen::arbitrary<bool>());
    for (const auto& [text, name] : {std::pair{yaml, "a.yaml"}, {json, "a.json"}, {json, "a.yaml"}}) {
      const auto loaded = parse_config(text, name, test_connectors());
      if (const auto* problems = std::get_if<std::vector<Problem>>(&loaded))
        for (const Problem& problem : *problems) RC_LOG() << problem.to_string() << "\n" << text;
      RC_ASSERT(std::holds_alternative<Config>(loaded));
      RC_ASSERT(std::get<Config>(loaded) == config);
    }
  }));
}

TEST_CASE("problems of one document are the same in YAML and JSON, but for their places") {
  CHECK(rc::check([] {
    auto document = document_of(some_config());
    // Somewhere a value that fits nowhere, and somewhere a key that nobody knows.
    const auto paths = document.flatten();
    std::vector<std::string> pointers;
    for (const auto& [pointer, value] : paths.items()) pointers.push_back(pointer);
    const nlohmann::ordered_json::json_pointer place(*rc::gen::elementOf(pointers));
    document[place] = *rc::gen::element(nlohmann::ordered_json(nullptr), nlohmann::ordered_json::array(),
                                        nlohmann::ordered_json::object(), nlohmann::ordered_json("\xC3\xA4 !"));
    document["unknown"] = 1;
    const auto messages = [](const Loaded& loaded) {
      std::vector<std::string> all;
      if (const auto* problems = std::get_if<std::vector<Problem>>(&loaded))
        for (const Problem& problem : *problems) all.push_back(problem.message);
      return all;
    };
    const auto choice = [](int n) { return *inRange(0, n); };
    const auto yaml = messages(parse_config(to_yaml(document, choice), "a", test_connectors()));
    const auto json = messages(parse_config(document.dump(2), "a", test_connectors()));
    RC_ASSERT(!json.empty());
    RC_ASSERT(yaml == json);
  }));
}

}  // namespace crmsync::config
