#include "daemon/api/csv_text.h"

namespace crmsync::api {

namespace {

void add_cell(std::string& record, std::string_view cell) {
  const bool formula = !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
  const bool quoted = formula || cell.find_first_of("\",\r\n") != std::string_view::npos;
  if (quoted) record += '"';
  if (formula) record += '\'';
  for (const char c : cell) {
    if (c == '"') record += '"';
    record += c;
  }
  if (quoted) record += '"';
}

}  // namespace

std::string csv_record(const std::vector<std::string>& cells) {
  std::string record;
  for (const auto& cell : cells) {
    if (&cell != &cells.front()) record += ',';
    add_cell(record, cell);
  }
  return record + "\r\n";
}

}  // namespace crmsync::api
