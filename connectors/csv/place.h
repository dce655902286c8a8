// Where a run stands: the files it began with, the next row, and what was doubtful so far. It is the connector's
// cursor.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "connectors/csv/row_reader.h"
#include "core/result.h"

namespace crmsync::connectors::csv {

struct FileDoubt {
  std::string text;
  std::string token;
};

struct Place {
  std::vector<FileIdentity> files;
  std::size_t index = 0;  // of the file with the next row; files.size(): at the end
  Position position;
  std::vector<FileDoubt> doubts;

  bool at_end() const noexcept { return index == files.size(); }
  nlohmann::json cursor() const;
};

// An error if it is not a cursor of this version.
Result<Place> parse_cursor(const nlohmann::json& cursor);

}  // namespace crmsync::connectors::csv
