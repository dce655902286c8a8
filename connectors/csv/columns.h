// Which column means what: by the connection's options, or by the header set of a known CRM. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace crmsync::connectors::csv {

struct Condition {
  std::size_t column = 0;
  std::string equals;
};

struct Columns {
  std::string known_as;  // "HubSpot", "Salesforce", "Mailchimp", "columns option", "common names"
  std::size_t email = 0;
  std::optional<std::size_t> id;         // none: the address in lower case is the identity
  std::optional<std::size_t> opted_out;  // none: unknown for every row (unless conditions or a status file say)
  bool any_value_is_no = false;          // Mailchimp's UNSUB_TIME: any value means opted out
  std::optional<bool> whole_file;        // Mailchimp's subscribed file: false for every row
  std::optional<std::size_t> modified_at;
  std::vector<std::size_t> name;
  std::vector<Condition> conditions;  // opted_out_when: any of them
  bool condition_missing = false;     // a condition names a column that is not there: unknown
  std::size_t count = 0;              // columns of the header
};

// `header`: the cells of the first row. `options`: the connection's. An error names the column and the cure.
Result<Columns> map_columns(const std::vector<std::string>& header, const nlohmann::json& options);

}  // namespace crmsync::connectors::csv
