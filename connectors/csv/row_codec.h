// From the cells of a row to a record. Pure.
#pragma once

#include <span>
#include <string_view>
#include <unordered_set>

#include "connectors/csv/columns.h"
#include "core/domain/crm_record.h"

namespace crmsync::connectors::csv {

class RowCodec {
 public:
  // `opted_out_values`: what means opted out, case-insensitively; empty: the defaults.
  RowCodec(Columns columns, const std::vector<std::string>& opted_out_values);

  // Fills `record`, whose strings are reused. `last_without_line_end`: the row ended with the file, so its last cell
  // may be cut; an answer to "opted out?" that rests on it is unknown unless it is a whole word that we know.
  void decode(std::span<const std::string_view> cells, bool last_without_line_end, domain::RemoteRecord& record) const;
  const Columns& columns() const noexcept { return columns_; }

 private:
  std::optional<bool> opted_out(std::span<const std::string_view> cells, bool cut, std::string& evidence) const;
  bool is_no(std::string_view cell) const;

  Columns columns_;
  std::vector<std::string> no_values_;
};

// ISO 8601 (with "T" or a blank; without a zone UTC), "MM/DD/YYYY [HH:MM[:SS]]", or seconds or milliseconds since the
// epoch; nullopt for anything else.
std::optional<domain::Millis> parse_time(std::string_view text) noexcept;

}  // namespace crmsync::connectors::csv
