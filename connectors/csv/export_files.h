// Which files an export consists of. Used by the connector before it reads.
#pragma once

#include <string>
#include <vector>

#include "connectors/csv/options.h"
#include "connectors/csv/text_file.h"

namespace crmsync::connectors::csv {

// options.path is a file, a folder (its *.csv, *.tsv and *.txt) or a glob; of a folder or a glob, hidden and temporary
// names (.part, .tmp, ~, ...) and what lies in options.outgoing are left out. Sorted by name; with `newest` only the
// one that was modified last. An error names the place and the cure.
Result<std::vector<FileIdentity>> find_export(const Options& options);

}  // namespace crmsync::connectors::csv
