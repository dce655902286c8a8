#include "config/loader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/reader.h"

namespace crmsync::config {

std::string Problem::to_string() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
}

namespace {

constexpr std::size_t kMaxSize = 1 << 20;

bool is_id(const std::string& text) {
  const auto ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !text.empty() && text.size() <= 63 && text[0] != '-' && text[0] != '_' &&
         std::all_of(text.begin(), text.end(), ok);
}

bool is_loopback(const std::string& listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos || colon + 1 == listen.size()) return false;
  const std::string host = listen.substr(0, colon), port = listen.substr(colon + 1);
  const bool digits = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && port.size() <= 5 && std::stoi(port) <= 65535 &&
         (host.starts_with("127.") || host == "[::1]" || host == "localhost");
}

class Loader {
 public:
  Loader(std::string name, std::span<const ConnectorSchema> connectors)
      : in_(std::move(name)), connectors_(connectors) {}

  Loaded load(const YAML::Node& root) {
    Config config;
    if (in_.is_map(root, "the configuration")) top(root, config);
    auto problems = in_.take();
    if (problems.empty()) return config;
    return problems;
  }

 private:
  void top(const YAML::Node& root, Config& config) {
    in_.check_keys(root, {"store", "api", "log", "accounts", "strikes"});
    if (const auto store = root["store"]; store && in_.is_map(store, "store")) {
      in_.check_keys(store, {"path"});
      in_.text(store, "path", config.store_path);
    }
    if (const auto api = root["api"]; api && in_.is_map(api, "api")) this->api(api, config.api);
    if (const auto log = root["log"]; log && in_.is_map(log, "log")) {
      in_.check_keys(log, {"level", "format"});
      if (const auto level = in_.word(log, "level", {"trace", "debug", "info", "warn", "error"}))
        config.log.level = *level;
      if (const auto format = in_.word(log, "format", {"text", "json"}))
        config.log.format = *format == "json" ? LogFormat::json : LogFormat::text;
    }
    if (const auto strikes = root["strikes"]; strikes && in_.is_map(strikes, "strikes"))
      this->strikes(strikes, config.strikes);
    if (const auto accounts = root["accounts"]) {
      if (!accounts.IsSequence()) in_.problem(accounts, "accounts has to be a list");
      for (const auto& node : accounts)
        if (in_.is_map(node, "an account")) account(node, config);
    }
    for (const auto& [node, name] : token_accounts_)
      if (!account_ids_.contains(name)) in_.problem(node, "there is no account \"" + name + "\"");
  }

  void api(const YAML::Node& node, Api& api) {
    in_.check_keys(node, {"socket", "listen", "tokens"});
    in_.text(node, "socket", api.socket);
    std::string listen;
    in_.text(node, "listen", listen);
    if (!listen.empty() && !is_loopback(listen))
      in_.problem(node["listen"],
                  "listen has to be a loopback address with a port such as 127.0.0.1:8710; put a reverse proxy with "
                  "TLS before it");
    else if (!listen.empty())
      api.listen = listen;
    for (const auto& token : node["tokens"] ? node["tokens"] : YAML::Node(YAML::NodeType::Sequence))
      if (in_.is_map(token, "a token")) this->token(token, api);
  }

  void token(const YAML::Node& node, Api& api) {
    in_.check_keys(node, {"name", "role", "accounts", "sha256"});
    Token token;
    in_.text(node, "name", token.name);
    in_.text(node, "sha256", token.sha256);
    const bool hex =
        token.sha256.size() == 64 && token.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (token.name.empty()) in_.problem(node, "a token needs a name");
    if (!hex) in_.problem(node, "a token needs sha256: 64 lower-case hex digits, the SHA-256 of the token's text");
    if (const auto role = in_.word(node, "role", {"viewer", "operator", "support", "admin"}))
      token.role = *domain::parse_role(*role);
    for (const auto& name : node["accounts"] ? node["accounts"] : YAML::Node(YAML::NodeType::Sequence)) {
      token.accounts.push_back(name.Scalar());
      token_accounts_.emplace_back(name, name.Scalar());
    }
    api.tokens.push_back(std::move(token));
  }

  void strikes(const YAML::Node& node, domain::StrikeRules& rules) {
    in_.check_keys(node, {"soft_bounce", "blocked", "deferral", "window", "deferral_ends_after"});
    for (const auto reason : {domain::Reason::soft_bounce, domain::Reason::blocked, domain::Reason::deferral}) {
      auto& needed = rules.needed[static_cast<std::size_t>(reason)];
      std::int64_t n = needed;
      in_.number(node, std::string(domain::to_string(reason)).c_str(), 1, n);
      needed = static_cast<int>(std::min<std::int64_t>(n, 1000));
    }
    milliseconds window(rules.window), ends(rules.deferral_ends_after);
    in_.duration(node, "window", std::chrono::hours(24), window);
    in_.duration(node, "deferral_ends_after", std::chrono::hours(1), ends);
    rules.window = window.count(), rules.deferral_ends_after = ends.count();
  }

  std::string id_of(const YAML::Node& node, const char* what, std::set<std::string>& taken) {
    std::string id;
    in_.text(node, "id", id);
    if (!is_id(id))
      in_.problem(node["id"] ? node["id"] : node,
                  std::string(what) + " needs an id of lower-case letters, digits, - and _, at most 63");
    else if (!taken.insert(id).second)
      in_.problem(node["id"], "the id \"" + id + "\" is taken already");
    return id;
  }

  void account(const YAML::Node& node, Config& config) {
    in_.check_keys(node, {"id", "name", "brand", "resubscribe", "connections"});
    Account account;
    account.id = id_of(node, "an account", account_ids_);
    account.name = account.id;
    in_.text(node, "name", account.name);
    in_.text(node, "brand", account.brand);
    in_.boolean(node, "resubscribe", "allowed", "forbidden", account.resubscribe_allowed);
    if (const auto connections = node["connections"]) {
      if (!connections.IsSequence()) in_.problem(connections, "connections has to be a list");
      for (const auto& one : connections)
        if (in_.is_map(one, "a connection")) connection(one, account);
    }
    config.accounts.push_back(std::move(account));
  }

  void connection(const YAML::Node& node, Account& account) {
    Connection c;
    c.account = account.id;
    c.id = id_of(node, "a connection", connection_ids_);
    c.rules.connection = c.id;
    std::vector<std::string> known{"id",   "connector", "schedule",   "opted_out_when", "on_delete",
                                   "push", "limits",    "rate_limit", "push_deadline",  "push_warn_after"};
    const ConnectorSchema* schema = connector_of(node, c);
    if (schema)
      for (const auto& option : schema->options) known.push_back(option.name);
    in_.check_keys(node, known);
    if (const auto schedule = node["schedule"]; schedule && in_.is_map(schedule, "schedule"))
      this->schedule(schedule, c.schedule);
    if (const auto value = in_.word(node, "on_delete", {"suppress", "keep"}))
      c.rules.on_delete = *value == "keep" ? domain::OnDelete::keep : domain::OnDelete::suppress;
    if (const auto value = in_.word(node, "push", {"none", "opt_out", "both"}))
      c.rules.push = *value == "none"   ? domain::PushPolicy::none
                     : *value == "both" ? domain::PushPolicy::both
                                        : domain::PushPolicy::opt_out;
    in_.duration(node, "push_deadline", std::chrono::seconds(1), c.push_deadline);
    in_.duration(node, "push_warn_after", std::chrono::seconds(1), c.push_warn_after);
    if (const auto limits = node["limits"]; limits && in_.is_map(limits, "limits")) this->limits(limits, c.limits);
    if (const auto rate = node["rate_limit"]; rate && in_.is_map(rate, "rate_limit")) rate_limit(rate, c);
    conditions(node, c);
    if (schema) options(node, *schema, c);
    account.connections.push_back(std::move(c));
  }

  const ConnectorSchema* connector_of(const YAML::Node& node, Connection& c) {
    std::vector<std::string> names;
    for (const auto& schema : connectors_) names.push_back(schema.name);
    if (!node["connector"])
      in_.problem(node, "a connection needs a connector: " + nearest("csv", names) + " or another");
    const auto name = in_.word(node, "connector", names);
    if (!name) return nullptr;
    c.connector = *name;
    return &*std::find_if(connectors_.begin(), connectors_.end(),
                          [&](const auto& schema) { return schema.name == *name; });
  }

  void schedule(const YAML::Node& node, Schedule& schedule) {
    in_.check_keys(node, {"every", "full_every"});
    in_.duration(node, "every", std::chrono::seconds(1), schedule.every);
    in_.duration(node, "full_every", std::chrono::seconds(1), schedule.full_every);
    if (schedule.full_every < schedule.every) in_.problem(node, "full_every has to be at least every");
  }

  void limits(const YAML::Node& node, domain::Limits& limits) {
    in_.check_keys(node, {"max_resubscribe", "max_unsubscribe", "max_delete"});
    for (const auto& [key, limit] : {std::pair{"max_resubscribe", &limits.max_resubscribe},
                                     {"max_unsubscribe", &limits.max_unsubscribe},
                                     {"max_delete", &limits.max_delete}}) {
      const auto part = node[key];
      if (!part || !in_.is_map(part, key)) continue;
      in_.check_keys(part, {"percent", "at_least", "at_most"});
      in_.fraction(part, "percent", 0, 100, limit->percent);
      in_.number(part, "at_least", 0, limit->at_least);
      in_.number(part, "at_most", 0, limit->at_most);
      if (limit->at_least > limit->at_most) in_.problem(part, "at_least is more than at_most");
    }
  }

  void rate_limit(const YAML::Node& node, Connection& c) {
    in_.check_keys(node, {"requests", "per"});
    RateLimit limit;
    std::int64_t requests = 1;
    in_.number(node, "requests", 1, requests);
    in_.duration(node, "per", milliseconds(1), limit.per);
    limit.requests = static_cast<int>(std::min<std::int64_t>(requests, 1'000'000));
    if (limit.per.count() == 0) in_.problem(node, "rate_limit needs requests and per");
    c.rate_limit = limit;
  }

  void conditions(const YAML::Node& node, Connection& c) {
    const auto list = node["opted_out_when"];
    if (!list) return;
    if (!list.IsSequence()) return in_.problem(list, "opted_out_when has to be a list of { field, equals }");
    for (const auto& condition : list) {
      if (!in_.is_map(condition, "a condition of opted_out_when")) continue;
      in_.check_keys(condition, {"field", "equals"});
      if (!condition["field"] || !condition["equals"]) in_.problem(condition, "a condition needs field and equals");
    }
    c.options["opted_out_when"] = in_.json(list);
  }

  void options(const YAML::Node& node, const ConnectorSchema& schema, Connection& c) {
    using Type = ConnectorSchema::Option::Type;
    if (c.options.is_null()) c.options = nlohmann::json::object();
    for (const auto& option : schema.options) {
      const auto value = node[option.name];
      if (!value) {
        if (option.required) in_.problem(node, "the connector " + schema.name + " needs " + option.name);
        continue;
      }
      if (option.name == "opted_out_when") continue;
      if (option.type == Type::secret) {
        secret(value, option.name, c);
        continue;
      }
      const bool fits = option.type == Type::text_list ? value.IsSequence()
                        : option.type == Type::object  ? value.IsMap() || value.IsSequence()
                                                       : value.IsScalar();
      if (!fits)
        in_.problem(value, option.name + (option.type == Type::text_list ? " has to be a list"
                                          : option.type == Type::object  ? " has to be a mapping"
                                                                         : " has to be a text"));
      else
        c.options[option.name] = in_.json(value);
    }
    if (!schema.check || !c.options.contains("path")) return;
    for (const auto& problem : schema.check(c.options)) {
      const auto dot = problem.key.find('.');
      auto at = node[problem.key.substr(0, dot)];
      if (dot != std::string::npos && at && at.IsMap() && at[problem.key.substr(dot + 1)])
        at.reset(at[problem.key.substr(dot + 1)]);
      in_.problem(at ? at : node, problem.key + " " + problem.message);
    }
  }

  void secret(const YAML::Node& value, const std::string& name, Connection& c) {
    const bool map = value.IsMap() && value.size() == 1 && (value["credential"] || value["file"]);
    if (!map)
      return in_.problem(value,
                         name + " is a secret: give { credential: NAME } or { file: PATH }, never the secret itself");
    const bool credential = value["credential"].IsDefined();
    c.secrets[name] = {credential ? SecretSource::From::credential : SecretSource::From::file,
                       value[credential ? "credential" : "file"].Scalar()};
  }

  Reader in_;
  std::span<const ConnectorSchema> connectors_;
  std::set<std::string> account_ids_;
  std::set<std::string> connection_ids_;
  std::vector<std::pair<YAML::Node, std::string>> token_accounts_;
};

}  // namespace

Loaded parse_config(const std::string& text, const std::string& name, std::span<const ConnectorSchema> connectors) {
  const auto only = [&](int line, int column, std::string message) {
    return std::vector<Problem>{{name, line, column, std::move(message)}};
  };
  if (text.size() > kMaxSize) return only(1, 1, "the file is larger than 1 MiB");
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.empty() || documents[0].IsNull()) return only(1, 1, "the configuration is empty");
    if (documents.size() > 1)
      return only(documents[1].Mark().line + 1, 1, "a second document starts here; one file holds one configuration");
    return Loader(name, connectors).load(documents[0]);
  } catch (const YAML::Exception& error) {
    return only(error.mark.line + 1, error.mark.column + 1, "this is not valid YAML or JSON: " + error.msg);
  }
}

Loaded load_config(const std::string& path, std::span<const ConnectorSchema> connectors) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return std::vector<Problem>{{path, 1, 1, "cannot be read; give the path of the configuration with --config"}};
  std::ostringstream text;
  text << file.rdbuf();
  auto loaded = parse_config(text.str(), path, connectors);
  if (auto* config = std::get_if<Config>(&loaded)) {
    const std::filesystem::path store(config->store_path);
    if (store.is_relative())
      config->store_path = (std::filesystem::absolute(path).parent_path() / store).lexically_normal().string();
  }
  return loaded;
}

}  // namespace crmsync::config
