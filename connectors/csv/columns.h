// Which column means what: by the connection's options, or by the header set of a known CRM. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/csv/options.h"
#include "core/result.h"

namespace crmsync::connectors::csv {

struct Condition {
  std::size_t column = 0;
  std::string equals;
};

struct Columns {
  std::vector<std::string> header;  // as it was written
  std::string known_as;             // "HubSpot", ..., "common names", "the columns option"
  std::size_t email = 0;
  std::optional<std::size_t> id;  // none: the address in lower case is the identity
  std::optional<std::size_t> opted_out;
  bool any_value_is_no = false;       // the opt-out column holds a time: whatever stands there means opted out
  std::optional<bool> otherwise;      // what a row says whose opt-out column does not say no; nullopt: nothing
  std::vector<Condition> conditions;  // opted_out_when: any of them; they take the place of the opt-out column
  bool condition_missing = false;     // one names a column that is not there
  std::optional<std::size_t> deleted;
  std::optional<std::size_t> modified_at;
  std::vector<std::size_t> name;
  bool has_footer = false;
  std::string opt_out_problem;  // why nobody's opt-out is known, and the cure; empty when it is
};

// `header`: the cells of the first row. `file_name`: without its folder. An error names the column and the cure.
Result<Columns> map_columns(std::vector<std::string> header, std::string_view file_name, const Options& options);

}  // namespace crmsync::connectors::csv
