// What SQLite did for the statements of every database that is opened while it lives, by SQLite's own counters. Used by
// the tests that say what a question may cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace crmsync::store::testing {

class StatementCosts {
 public:
  struct Cost {
    std::string sql;
    std::int64_t steps = 0;       // of SQLite's virtual machine
    std::int64_t scanned = 0;     // rows met by walking through a whole table
    std::int64_t sorts = 0;       // results that had to be sorted before the first row came out
    std::int64_t auto_index = 0;  // rows put into an index made for this statement alone
  };
  StatementCosts();
  ~StatementCosts();
  StatementCosts(const StatementCosts&) = delete;
  StatementCosts& operator=(const StatementCosts&) = delete;

  // Of the statements that were finished since the last call.
  std::vector<Cost> take();
};

}  // namespace crmsync::store::testing
