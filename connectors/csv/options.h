// The csv connector's section of the configuration, as values. Used by everything in this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/connector.h"

namespace crmsync::connectors::csv {

enum class ReadWhich { newest, all };

// Names of columns, as in the header; what is not set is found by the header set of a known CRM.
struct ColumnNames {
  std::optional<std::string> id;
  std::optional<std::string> email;
  std::optional<std::string> opted_out;
  std::optional<std::string> modified_at;
  std::vector<std::string> name;
  bool any() const { return id || email || opted_out || modified_at || !name.empty(); }
};

struct NamedCondition {
  std::string field;
  std::string equals;
};

struct Options {
  std::string path;
  ReadWhich read = ReadWhich::newest;
  std::string outgoing;  // empty: nothing is pushed
  ColumnNames columns;
  std::vector<std::string> opted_out_values;  // empty: the defaults
  std::vector<NamedCondition> opted_out_when;
};

// What may stand in the section.
std::span<const Option> option_table();

// Everything that is wrong with it.
std::vector<OptionProblem> check_options(const nlohmann::json& options);

// Of options in which check_options() found nothing wrong.
Options parse_options(const nlohmann::json& options);

}  // namespace crmsync::connectors::csv
