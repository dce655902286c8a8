// The header sets of contact exports that are recognised without configuration. Where they come from is in this
// folder's README. Used by columns.cpp.
#pragma once

#include <span>
#include <string_view>

namespace crmsync::connectors::csv {

using Names = std::span<const std::string_view>;

// All names in lower case. Of each list the first that the header has is meant.
struct KnownExport {
  std::string_view name;
  std::span<const Names> marks;  // recognised when of each of these lists the header has a name
  Names id, email, opted_out, deleted, modified_at, first_name, last_name;
  bool file_per_status = false;  // Mailchimp: the opt-out column holds when, and the file's name says which status
  bool has_footer = false;       // Salesforce reports: after an empty line, lines of one cell
};

// The specific ones first, the common names last.
std::span<const KnownExport> known_exports();

}  // namespace crmsync::connectors::csv
