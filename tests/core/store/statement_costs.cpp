#include "tests/core/store/statement_costs.h"

#include <sqlite3.h>

#include <utility>

namespace crmsync::store::testing {

namespace {

std::vector<StatementCosts::Cost>& finished() {
  static std::vector<StatementCosts::Cost> all;
  return all;
}

int on_finish(unsigned, void*, void* statement, void*) {
  auto* done = static_cast<sqlite3_stmt*>(statement);
  const auto taken = [&](int counter) { return std::int64_t{sqlite3_stmt_status(done, counter, 1)}; };
  finished().push_back({sqlite3_sql(done), taken(SQLITE_STMTSTATUS_VM_STEP), taken(SQLITE_STMTSTATUS_FULLSCAN_STEP),
                        taken(SQLITE_STMTSTATUS_SORT), taken(SQLITE_STMTSTATUS_AUTOINDEX)});
  return 0;
}

int on_open(sqlite3* db, const char**, const void*) {
  return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, on_finish, nullptr);
}

using EntryPoint = void (*)();

}  // namespace

StatementCosts::StatementCosts() { sqlite3_auto_extension(reinterpret_cast<EntryPoint>(on_open)); }

StatementCosts::~StatementCosts() {
  sqlite3_cancel_auto_extension(reinterpret_cast<EntryPoint>(on_open));
  finished().clear();
}

std::vector<StatementCosts::Cost> StatementCosts::take() { return std::exchange(finished(), {}); }

}  // namespace crmsync::store::testing
