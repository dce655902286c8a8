// config/crmsyncd.yaml is the reference: it loads with the connectors that there are, shows the defaults, and has every
// key that the loader knows and no other.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <fstream>
#include <set>
#include <sstream>

#include "config/document.h"
#include "config/loader.h"
#include "connectors/connector.h"

namespace crmsync::config {

namespace {

std::string sample() {
  std::ifstream file(SAMPLE_FILE, std::ios::binary);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<ConnectorSchema> schemas() {
  std::vector<ConnectorSchema> all;
  for (const auto& kind : connectors::kinds()) {
    ConnectorSchema schema;
    schema.name = kind.name;
    for (const auto& option : kind.options)
      schema.options.push_back({std::string(option.name), static_cast<ConnectorSchema::Option::Type>(option.type),
                                option.required, std::string(option.help)});
    schema.check = [&kind](const nlohmann::json& options) {
      std::vector<ConnectorSchema::OptionProblem> problems;
      for (const auto& problem : kind.check(options)) problems.push_back({problem.key, problem.message});
      return problems;
    };
    all.push_back(std::move(schema));
  }
  return all;
}

std::string printed(const Loaded& loaded) {
  std::string all;
  if (const auto* problems = std::get_if<std::vector<Problem>>(&loaded))
    for (const Problem& problem : *problems) all += problem.to_string() + "\n";
  return all;
}

// Keys as known_keys() writes them. What is inside an option that is an object is the connector's affair.
void collect(const Node& node, const std::string& path, const std::set<std::string>& objects,
             std::set<std::string>& keys) {
  for (const Node& item : node.items) collect(item, path + "[].", objects, keys);
  for (const Entry& entry : node.entries) {
    const std::string key = path + entry.key;
    keys.insert(key);
    if (objects.contains(key)) continue;
    collect(entry.value, entry.value.kind == Node::Kind::map ? key + "." : key, objects, keys);
  }
}

std::set<std::string> keys_of(const Document& document, const std::vector<ConnectorSchema>& connectors) {
  std::set<std::string> objects;
  for (const auto& connector : connectors)
    for (const auto& option : connector.options)
      if (option.type == ConnectorSchema::Option::Type::object && option.name != "opted_out_when")
        objects.insert("accounts[].connections[]." + option.name);
  std::set<std::string> keys;
  if (document.root) collect(*document.root, "", objects, keys);
  return keys;
}

// A secret has one source or the other, never both.
std::string other_source(const std::string& key) {
  const auto with = [&](std::string_view ending, const char* instead) {
    return key.ends_with(ending) ? key.substr(0, key.size() - ending.size()) + instead : std::string();
  };
  return with(".file", ".credential") + with(".credential", ".file");
}

std::string mutated(std::string text) {
  static const std::vector<std::string> pieces{" ",
                                               "\n",
                                               ":",
                                               "- ",
                                               "{",
                                               "}",
                                               "[",
                                               "]",
                                               "\"",
                                               "'",
                                               "#",
                                               "&a ",
                                               "*a",
                                               "!!str ",
                                               "\t",
                                               "010",
                                               "no",
                                               "null",
                                               "~",
                                               "---\n",
                                               "...\n",
                                               "? ",
                                               "| ",
                                               "> ",
                                               "\\",
                                               "\xC3",
                                               std::string(1, '\0'),
                                               "id: harbour\n",
                                               "x: y\n",
                                               "%",
                                               "@",
                                               ",",
                                               "<<: "};
  const int steps = *rc::gen::inRange(1, 6);
  for (int i = 0; i < steps && !text.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto length = std::min(*rc::gen::inRange<std::size_t>(1, 60), text.size() - at);
    const std::string piece = *rc::gen::elementOf(pieces);
    switch (*rc::gen::inRange(0, 5)) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, piece); break;
      case 2: text[at] = static_cast<char>(*rc::gen::inRange(0, 256)); break;
      case 3: text.insert(*rc::gen::inRange<std::size_t>(0, text.size()), text.substr(at, length)); break;
      default: text.resize(at); break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the sample loads without a problem") {
  const auto loaded = load_config(SAMPLE_FILE, schemas());
  CHECK(printed(loaded) == "");
}

TEST_CASE("the sample has every known key, and no other") {
  const auto connectors = schemas();
  const auto known = known_keys(connectors);
  const auto in_sample = keys_of(parse_document(sample(), Syntax::yaml), connectors);
  CHECK(known.size() > 50);
  for (const auto& key : known)
    CHECK_MESSAGE((in_sample.contains(key) || in_sample.contains(other_source(key))), "not in the sample: " << key);
  const std::set<std::string> all(known.begin(), known.end());
  for (const auto& key : in_sample) CHECK_MESSAGE(all.contains(key), "not a known key: " << key);
}

TEST_CASE("the sample shows the defaults") {
  const auto loaded = load_config(SAMPLE_FILE, schemas());
  REQUIRE(std::holds_alternative<Config>(loaded));
  const Config& config = std::get<Config>(loaded);
  const Config defaults;
  CHECK(config.store_path == defaults.store_path);
  CHECK(config.api.socket == defaults.api.socket);
  CHECK(config.log == defaults.log);
  CHECK(config.strikes == defaults.strikes);
  const Connection& connection = config.accounts.at(0).connections.at(0);
  const Connection plain;
  CHECK(connection.schedule == plain.schedule);
  CHECK(connection.limits == plain.limits);
  CHECK(connection.rules.push == plain.rules.push);
  CHECK(connection.rules.on_delete == plain.rules.on_delete);
  CHECK(connection.push_deadline == plain.push_deadline);
  CHECK(connection.push_warn_after == plain.push_warn_after);
}

TEST_CASE("whatever happens to the sample, the loader answers, and never takes a key that it does not know") {
  const auto connectors = schemas();
  const auto known = known_keys(connectors);
  const std::set<std::string> all(known.begin(), known.end());
  const std::string text = sample();
  int loaded_at_all = 0;
  CHECK(rc::check([&] {
    const std::string changed = mutated(text);
    const auto loaded = parse_config(changed, "crmsyncd.yaml", connectors);
    if (const auto* problems = std::get_if<std::vector<Problem>>(&loaded)) {
      RC_ASSERT(!problems->empty());
      int line = 1;
      for (const Problem& problem : *problems) {
        RC_ASSERT(problem.line >= line && problem.column >= 1 && !problem.message.empty());
        line = problem.line;
      }
      return;
    }
    ++loaded_at_all;
    for (const auto& key : keys_of(parse_document(changed, syntax_of("crmsyncd.yaml", changed)), connectors))
      RC_ASSERT(all.contains(key));
  }));
  CHECK(loaded_at_all > 0);  // or the property says nothing
}

}  // namespace crmsync::config
