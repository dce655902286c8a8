#include <algorithm>

#include "config/connection_reader.h"
#include "config/values.h"

namespace crmsync::config {

namespace {

using Option = ConnectorSchema::Option;
using nlohmann::json;

// A value of an option that is an object. Leaves are texts, whatever they look like: they are names of columns and
// words in them, and `no` or `010` is one of those.
std::optional<json> as_json(const Node& node, const std::string& name, Problems& problems) {
  switch (node.kind) {
    case Node::Kind::scalar: return json(node.text);
    case Node::Kind::broken: return std::nullopt;
    case Node::Kind::null: problems.add(node.at, name + " has a part without a value"); return std::nullopt;
    case Node::Kind::list: {
      json list = json::array();
      for (const Node& item : node.items)
        if (auto value = as_json(item, name, problems)) list.push_back(std::move(*value));
      return list;
    }
    case Node::Kind::map: break;
  }
  json object = json::object();
  for (const Entry& entry : node.entries)
    if (auto value = as_json(entry.value, name, problems)) object[entry.key] = std::move(*value);
  return object;
}

std::optional<json> read_list(const Node& node, const std::string& name, Problems& problems) {
  json list = json::array();
  for (const Node& item : node.items) {
    if (item.kind == Node::Kind::scalar)
      list.push_back(item.text);
    else if (item.kind != Node::Kind::broken)
      problems.add(item.at, name + " has to be a list of texts");
  }
  return list;
}

std::optional<json> read_number(const Node& node) {
  if (node.kind != Node::Kind::scalar || node.quoted) return std::nullopt;
  if (const auto whole = parse_whole(node.text)) return json(*whole);
  const auto decimal = parse_decimal(node.text);
  return decimal ? std::optional<json>(*decimal) : std::nullopt;
}

std::optional<json> read_boolean(const Node& node) {
  if (node.kind != Node::Kind::scalar || node.quoted) return std::nullopt;
  if (node.text != "true" && node.text != "false") return std::nullopt;
  return json(node.text == "true");
}

std::optional<json> read_value(Section& section, const Option& option, Problems& problems) {
  const auto report = [&](std::optional<json> value, const Node* node, const char* what) {
    if (node != nullptr && !value) problems.add(node->at, option.name + what);
    return value;
  };
  switch (option.type) {
    case Option::Type::text: {
      const auto text = section.any_text(option.name);
      return text ? std::optional<json>(*text) : std::nullopt;
    }
    case Option::Type::boolean: {
      const Node* node = section.value(option.name);
      return report(node ? read_boolean(*node) : std::nullopt, node, " has to be true or false, without quotes");
    }
    case Option::Type::number: {
      const Node* node = section.value(option.name);
      return report(node ? read_number(*node) : std::nullopt, node, " has to be a number, without quotes");
    }
    case Option::Type::text_list: {
      const Node* node = section.list(option.name);
      return node ? read_list(*node, option.name, problems) : std::nullopt;
    }
    case Option::Type::object: {
      const Node* node = section.map(option.name);
      return node ? as_json(*node, option.name, problems) : std::nullopt;
    }
    case Option::Type::secret: break;
  }
  return std::nullopt;
}

void read_conditions(Section& connection, const ConnectorSchema& connector, ReadContext& context, json& options) {
  constexpr std::string_view key = "opted_out_when";
  const bool accepted = std::any_of(connector.options.begin(), connector.options.end(),
                                    [&](const Option& option) { return option.name == key; });
  const Node* node = connection.list(key);
  if (node == nullptr) return;
  if (!accepted) return context.problems.add(node->at, "the connector " + connector.name + " has no opted_out_when");
  if (node->items.empty()) return context.problems.add(node->at, "opted_out_when needs at least one condition");
  json list = json::array();
  for (const Node& item : node->items) {
    if (item.kind != Node::Kind::map) {
      context.problems.add(item.at, "a condition has to be { field: NAME, equals: TEXT }");
      continue;
    }
    Section section(item, Part::condition, context.problems);
    section.require("field");
    section.require("equals");
    const auto field = section.text("field");
    const auto equals = section.any_text("equals");
    section.finish();
    if (field && equals) list.push_back({{"field", *field}, {"equals", *equals}});
  }
  options[std::string(key)] = std::move(list);
}

// The place of "columns.name.1": as far as there is one.
Position place_of(const Node& connection, std::string_view path) {
  const Node* node = &connection;
  while (!path.empty()) {
    const auto dot = path.find('.');
    const auto part = path.substr(0, dot);
    const Node* next = nullptr;
    if (const Entry* entry = node->find(part)) next = &entry->value;
    const auto index = parse_whole(part);
    if (node->kind == Node::Kind::list && index && *index >= 0 && *index < static_cast<int>(node->items.size()))
      next = &node->items[static_cast<std::size_t>(*index)];
    if (next == nullptr) break;
    node = next;
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return node->at;
}

}  // namespace

// Nothing in here is ever quoted: where a reference is expected, somebody may have put the secret itself.
std::optional<SecretSource> read_secret_source(Section& section, std::string_view key, ReadContext& context) {
  const Node* node = section.value(key);
  if (node == nullptr) return std::nullopt;
  const auto refuse = [&](Position at, const std::string& message) {
    context.problems.add(at, message);
    return std::nullopt;
  };
  const std::string name(key);
  const std::string cure = "write " + name + ": { credential: NAME } or { file: PATH }";
  if (node->kind != Node::Kind::map)
    return refuse(node->at, name +
                                " is a secret, which does not stand in the configuration: put it into a file of its "
                                "own, and " +
                                cure);
  Section source(*node, Part::secret, context.problems);
  const auto credential = source.text("credential");
  const auto file = source.path("file", context.folder);
  const bool both = source.has("credential") && source.has("file");
  const bool neither = !source.has("credential") && !source.has("file");
  source.finish(/*quote_unknown=*/false);
  if (both || neither) return refuse(node->at, cure);
  if (credential && !is_credential_name(*credential))
    return refuse(source.at("credential"),
                  "credential has to be the name of a credential: letters, digits, _, - and .");
  const SecretSource::Place place{node->at.line, node->at.column};
  if (credential) return SecretSource{SecretSource::From::credential, *credential, place};
  if (file) return SecretSource{SecretSource::From::file, *file, place};
  return std::nullopt;
}

void read_options(Section& section, const Node& node, const ConnectorSchema& connector, ReadContext& context,
                  Connection& connection) {
  const std::size_t before = context.problems.count();
  read_conditions(section, connector, context, connection.options);
  for (const Option& option : connector.options) {
    if (option.required) section.require(option.name);
    if (option.name == "opted_out_when") continue;
    if (option.type == Option::Type::secret) {
      if (auto source = read_secret_source(section, option.name, context))
        connection.secrets.emplace(option.name, std::move(*source));
    } else if (auto value = read_value(section, option, context.problems)) {
      connection.options[option.name] = std::move(*value);
    }
  }
  if (!connector.check || context.problems.count() != before) return;
  for (const auto& problem : connector.check(connection.options))
    context.problems.add(place_of(node, problem.key),
                         problem.key.empty() ? problem.message : problem.key + " " + problem.message);
}

}  // namespace crmsync::config
