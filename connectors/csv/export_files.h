// Which files an export consists of, and whether they are finished. Used by the connector before it reads.
#pragma once

#include <string>
#include <vector>

#include "connectors/csv/text_file.h"

namespace crmsync::connectors::csv {

enum class ReadWhich { newest, all };

// `path`: a file, a folder (its *.csv, *.txt and *.tsv) or a glob. Hidden and temporary names (.part, .tmp, ~) are left
// out. Sorted by name; `newest`: the one with the latest modification. An error names the place and the cure.
Result<std::vector<FileIdentity>> find_export(const std::string& path, ReadWhich which);

}  // namespace crmsync::connectors::csv
