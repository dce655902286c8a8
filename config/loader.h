// Loads the configuration from YAML or JSON and reports every problem of the file at once, each with its place. Used by
// the daemon at start and reload, and by `crmsyncctl config check`.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "config/config.h"

namespace crmsync::config {

// Quotes keys, ids, words and numbers, never anything that could be a secret.
struct Problem {
  std::string file;
  int line = 1;
  int column = 1;  // in characters
  std::string message;
  std::string to_string() const;  // FILE:LINE:COLUMN: message
  bool operator==(const Problem&) const = default;
};

// What the loader has to know of a connector; the daemon makes it from the connectors' registry.
struct ConnectorSchema {
  struct Option {
    // text_list: a list of texts. object: a map whose values are texts, lists of texts or such maps. secret:
    // { credential: NAME } or { file: PATH }. An option named opted_out_when is a list of { field, equals }, whatever
    // its type says.
    enum class Type { text, boolean, number, text_list, object, secret };
    std::string name;
    Type type = Type::text;
    bool required = false;
    std::string help;
  };
  // To be shown at the place of `key`, which may go into an object or a list ("columns.email", "columns.name.1"), as
  // "KEY MESSAGE".
  struct OptionProblem {
    std::string key;
    std::string message;
  };
  std::string name;
  std::vector<Option> options;
  // Called when the options that are there have the right types and none that is required is missing. Secrets are not
  // among them.
  std::function<std::vector<OptionProblem>(const nlohmann::json&)> check;
};

// The configuration, or what is wrong with it in the order of the file.
using Loaded = std::variant<Config, std::vector<Problem>>;

// Paths that are not absolute (store, control socket, files of secrets) start at the folder of the file.
Loaded load_config(const std::string& path, std::span<const ConnectorSchema> connectors);
// The same for a text that stands in the file `name`.
Loaded parse_config(const std::string& text, const std::string& name, std::span<const ConnectorSchema> connectors);

// Every key that the loader accepts with these connectors, as paths ("accounts[].connections[].schedule.every"),
// sorted.
std::vector<std::string> known_keys(std::span<const ConnectorSchema> connectors);

}  // namespace crmsync::config
