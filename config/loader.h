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

struct Problem {
  std::string file;
  int line = 1;
  int column = 1;
  std::string message;
  std::string to_string() const;  // FILE:LINE:COLUMN: message
  bool operator==(const Problem&) const = default;
};

// What the loader has to know of a connector; the daemon makes it from the connectors' registry.
struct ConnectorSchema {
  struct Option {
    enum class Type { text, boolean, number, text_list, object, secret };
    std::string name;
    Type type = Type::text;
    bool required = false;
  };
  struct OptionProblem {
    std::string key;
    std::string message;
  };
  std::string name;
  std::vector<Option> options;
  std::function<std::vector<OptionProblem>(const nlohmann::json&)> check;
};

using Loaded = std::variant<Config, std::vector<Problem>>;

Loaded load_config(const std::string& path, std::span<const ConnectorSchema> connectors);
// `name` stands for the file in messages.
Loaded parse_config(const std::string& text, const std::string& name, std::span<const ConnectorSchema> connectors);

}  // namespace crmsync::config
