// From the cells of a row to a record. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/csv/columns.h"
#include "core/domain/crm_record.h"

namespace crmsync::connectors::csv {

class RowCodec {
 public:
  // `opted_out_values`: what means opted out, case-insensitively; empty: the defaults.
  RowCodec(Columns columns, std::vector<std::string> opted_out_values);

  // Fills `record`, whose strings are reused; as many cells as the header has. `may_be_cut`: the file ended in the last
  // cell, so what stands there may be the beginning of something else; an opt-out that rests on it is unknown unless it
  // is a whole word that we know.
  void decode(std::span<const std::string_view> cells, bool may_be_cut, domain::RemoteRecord& record) const;
  const Columns& columns() const noexcept { return columns_; }

 private:
  std::optional<bool> opted_out(std::span<const std::string_view> cells, bool may_be_cut, std::string& evidence) const;
  std::optional<bool> by_conditions(std::span<const std::string_view> cells, bool may_be_cut,
                                    std::string& evidence) const;
  bool means_no(std::string_view cell) const;
  bool means_yes(std::string_view cell) const;

  Columns columns_;
  std::vector<std::string> no_values_;
  bool own_values_ = false;
};

}  // namespace crmsync::connectors::csv
