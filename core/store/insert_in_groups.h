// Inserts many rows with few statements: starting a statement costs about as much as inserting a row. Inside core/store
// only.
#pragma once

#include "core/store/database.h"

namespace crmsync::store {

struct InsertShape {
  // "INSERT OR IGNORE INTO t(a, b)", or "OR ROLLBACK", and the table's foreign keys deferred: a statement of which one
  // row may abort makes SQLite copy every page that it touches.
  const char* into;
  std::size_t columns;

  std::string statement(std::size_t rows) const {
    std::string row = "(?";
    for (std::size_t i = 1; i < columns; ++i) row += ",?";
    row += ')';
    std::string sql = std::string(into) + " VALUES" + row;
    for (std::size_t i = 1; i < rows; ++i) sql += ',' + row;
    return sql;
  }
};

// `bind(query, row)` binds the columns of one row, in order. Returns how many rows were inserted.
template <class Rows, class Bind>
std::size_t insert_in_groups(Database& db, const InsertShape& shape, const Rows& rows, const Bind& bind) {
  constexpr std::size_t kGroup = 64;
  std::size_t at = 0;
  std::size_t inserted = 0;
  const auto insert_all = [&](std::size_t group) {
    if (rows.size() - at < group) return;
    Query insert(db, shape.statement(group));
    while (rows.size() - at >= group) {
      for (std::size_t i = 0; i < group; ++i) bind(insert, rows[at++]);
      inserted += static_cast<std::size_t>(insert.run());
    }
  };
  insert_all(kGroup);
  insert_all(1);
  return inserted;
}

}  // namespace crmsync::store
