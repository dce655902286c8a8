#include "tests/config/config_text.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "config/values.h"

namespace crmsync::config {

namespace {

using nlohmann::ordered_json;
using Type = ConnectorSchema::Option::Type;

std::vector<ConnectorSchema::OptionProblem> check_options(const nlohmann::json& options) {
  std::vector<ConnectorSchema::OptionProblem> problems;
  const auto text = options.find("text");
  if (text != options.end() && *text == "wrong") problems.push_back({"text", "is wrong"});
  if (options.contains("object") && options["object"].contains("bad")) problems.push_back({"object.bad.1", "is worse"});
  if (options.contains("number") && options["number"] == 13) problems.push_back({"flag", "does not go with number 13"});
  return problems;
}

std::string print(std::chrono::milliseconds duration) { return print_duration(duration); }

ordered_json limit(const domain::Limit& limit) {
  return {{"percent", limit.percent}, {"at_least", limit.at_least}, {"at_most", limit.at_most}};
}

ordered_json source_node(const SecretSource& source) {
  return {{source.from == SecretSource::From::file ? "file" : "credential", source.name}};
}

ordered_json connection_node(const Connection& c) {
  static constexpr const char* push[] = {"none", "opt_out", "both"};
  ordered_json node{{"id", c.id},
                    {"connector", c.connector},
                    {"schedule", {{"every", print(c.schedule.every)}, {"full_every", print(c.schedule.full_every)}}},
                    {"on_delete", c.rules.on_delete == domain::OnDelete::keep ? "keep" : "suppress"},
                    {"push", push[static_cast<int>(c.rules.push)]},
                    {"push_deadline", print(c.push_deadline)},
                    {"push_warn_after", print(c.push_warn_after)},
                    {"limits",
                     {{"max_resubscribe", limit(c.limits.max_resubscribe)},
                      {"max_unsubscribe", limit(c.limits.max_unsubscribe)},
                      {"max_delete", limit(c.limits.max_delete)}}}};
  if (c.rate_limit)
    node["rate_limit"] = ordered_json{{"requests", c.rate_limit->requests}, {"per", print(c.rate_limit->per)}};
  for (const auto& [key, value] : c.options.items()) node[key] = ordered_json(value);
  for (const auto& [key, source] : c.secrets) node[key] = source_node(source);
  return node;
}

bool is_plain(const std::string& text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '/';
  };
  return !text.empty() && text != "null" && text != "Null" && text != "NULL" &&
         std::all_of(text.begin(), text.end(), allowed);
}

class YamlWriter {
 public:
  explicit YamlWriter(const Choice& choice) : choice_(choice) {}

  std::string flow(const ordered_json& node) const {
    if (node.is_string()) return scalar(node.get<std::string>());
    if (!node.is_structured()) return node.dump();
    std::string out;
    for (const auto& [key, value] : node.items())
      out += (out.empty() ? " " : ", ") + (node.is_object() ? scalar(key) + ": " : "") + flow(value);
    return node.is_object() ? "{" + out + " }" : "[" + out + " ]";
  }

  // Lines, each with its newline.
  std::string block(const ordered_json& node, const std::string& indent) const {
    std::string out;
    for (const auto& [key, value] : node.items()) {
      out += indent + (node.is_object() ? scalar(key) + ":" : "-");
      if (!value.is_structured() || value.empty() || choice_(3) == 0)
        out += " " + flow(value) + (choice_(4) == 0 ? "   # no: 010, *alias" : "") + "\n";
      else
        out += "\n" + block(value, indent + std::string(static_cast<std::size_t>(1 + choice_(3)), ' '));
    }
    return out;
  }

 private:
  std::string scalar(const std::string& text) const {
    if (is_plain(text) && choice_(2) == 0) return text;
    const bool one_line =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 32; });
    if (!one_line || choice_(2) == 0) return ordered_json(text).dump();
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
  }

  const Choice& choice_;
};

}  // namespace

const std::vector<ConnectorSchema>& test_connectors() {
  static const std::vector<ConnectorSchema> connectors{{"csv", {{"path", Type::text, true, "the export"}}, {}},
                                                       {"every-type",
                                                        {{"text", Type::text, false, ""},
                                                         {"flag", Type::boolean, false, ""},
                                                         {"number", Type::number, false, ""},
                                                         {"list", Type::text_list, false, ""},
                                                         {"object", Type::object, false, ""},
                                                         {"token", Type::secret, true, ""},
                                                         {"second_token", Type::secret, false, ""},
                                                         {"opted_out_when", Type::object, false, ""}},
                                                        check_options}};
  return connectors;
}

ordered_json document_of(const Config& config) {
  static constexpr const char* roles[] = {"viewer", "operator", "support", "admin"};
  const auto needed = [&](domain::Reason reason) { return config.strikes.needed_for(reason); };
  ordered_json root{
      {"store", {{"path", config.store_path}}},
      {"api", {{"socket", config.api.socket}}},
      {"log", {{"level", config.log.level}, {"format", config.log.format == LogFormat::json ? "json" : "text"}}},
      {"strikes",
       {{"soft_bounce", needed(domain::Reason::soft_bounce)},
        {"blocked", needed(domain::Reason::blocked)},
        {"deferral", needed(domain::Reason::deferral)},
        {"window", print(std::chrono::milliseconds(config.strikes.window))},
        {"deferral_ends_after", print(std::chrono::milliseconds(config.strikes.deferral_ends_after))}}},
      {"accounts", ordered_json::array()}};
  if (config.api.listen) root["api"]["listen"] = *config.api.listen;
  if (config.api.tls)
    root["api"]["tls"] = {{"certificate", config.api.tls->certificate}, {"key", source_node(config.api.tls->key)}};
  if (!config.api.public_url.empty()) root["api"]["public_url"] = config.api.public_url;
  for (const Token& token : config.api.tokens) {
    ordered_json node{{"name", token.name}, {"role", roles[static_cast<int>(token.role)]}, {"sha256", token.sha256}};
    if (!token.accounts.empty()) node["accounts"] = token.accounts;
    root["api"]["tokens"].push_back(std::move(node));
  }
  for (const Account& account : config.accounts) {
    ordered_json node{{"id", account.id}, {"name", account.name}};
    if (!account.brand.empty()) node["brand"] = account.brand;
    node["resubscribe"] = account.resubscribe_allowed ? "allowed" : "forbidden";
    node["connections"] = ordered_json::array();
    for (const Connection& c : account.connections) node["connections"].push_back(connection_node(c));
    root["accounts"].push_back(std::move(node));
  }
  return root;
}

std::string to_yaml(const ordered_json& document, const Choice& choice) {
  return (choice(3) == 0 ? "---\n" : "") + YamlWriter(choice).block(document, "");
}

Config loaded(const std::string& text, const std::string& name) {
  auto result = parse_config(text, name, test_connectors());
  if (const auto* problems = std::get_if<std::vector<Problem>>(&result)) {
    std::string all;
    for (const Problem& problem : *problems) all += problem.to_string() + "\n";
    FAIL(all << text);
  }
  return std::get<Config>(std::move(result));
}

Lines problems_of(const std::string& text, const std::string& name) {
  const auto result = parse_config(text, name, test_connectors());
  const auto* problems = std::get_if<std::vector<Problem>>(&result);
  if (problems == nullptr) FAIL("no problem in:\n" << text);
  Lines lines;
  for (const Problem& problem : *problems) lines.push_back(problem.to_string().substr(name.size() + 1));
  return lines;
}

Lines bad(const std::string& text) { return problems_of(text, "/etc/crmsyncd/crmsyncd.yaml"); }
Config good(const std::string& text) { return loaded(text, "/etc/crmsyncd/crmsyncd.yaml"); }

std::string connection(const std::string& line, const std::string& connector) {
  const std::string needed = connector == "csv" ? "path: /x.csv" : "token: { file: /t }";
  return "accounts:\n  - id: a\n    connections:\n      - id: a-1\n        connector: " + connector + "\n        " +
         line + "\n        " + needed + "\n";
}
Connection one(const std::string& line, const std::string& connector) {
  return good(connection(line, connector)).accounts.at(0).connections.at(0);
}
std::string bad_line(const std::string& line, const std::string& connector) {
  const Lines lines = bad(connection(line, connector));
  CHECK(lines.size() == 1);
  return lines.front();
}

}  // namespace crmsync::config
