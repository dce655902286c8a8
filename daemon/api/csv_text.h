// CSV as RFC 4180 has it, for people who open it in a spreadsheet: no cell is taken for a formula. Pure. Used by the
// routes that export.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::api {

// One record with its CR LF. A cell that begins with = + - @ tab or CR gets an apostrophe in front: a spreadsheet would
// calculate it.
std::string csv_record(const std::vector<std::string>& cells);

}  // namespace crmsync::api
