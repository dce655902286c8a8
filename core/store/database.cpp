#include "core/store/database.h"

#include <sqlite3.h>

namespace crmsync::store {

namespace {
constexpr int kBusyTimeoutMs = 5000;

int flags_of(Database::Access access) {
  return access == Database::Access::write ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLITE_OPEN_NOMUTEX
                                           : SQLite::OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
}

// SQLite's memory statistics cost a mutex at every allocation, and nobody reads them. Only possible before first use.
const std::string& without_memory_statistics(const std::string& path) {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(done);
  return path;
}

}  // namespace

Database::Database(const std::string& path, Access access, int cache_kib)
    : db_(without_memory_statistics(path), flags_of(access), kBusyTimeoutMs) {
  if (access == Access::write) {
    db_.exec("PRAGMA synchronous=FULL");
    db_.exec("PRAGMA foreign_keys=ON");
    db_.exec("PRAGMA wal_autocheckpoint=4000");
    db_.exec("PRAGMA journal_size_limit=67108864");
    // Deleted cells are overwritten; whole freed pages, which Debian's SQLite would read, change and log for it, are
    // not.
    db_.exec("PRAGMA secure_delete=FAST");
  }
  db_.exec("PRAGMA cache_size=-" + std::to_string(cache_kib));
  db_.exec("PRAGMA mmap_size=0");
  db_.exec("PRAGMA temp_store=FILE");
}

Query::Query(Database& db, const char* sql) : db_(db) {
  auto& slot = db.statements_[sql];
  if (!slot) slot = std::make_unique<Database::Cached>(Database::Cached{SQLite::Statement(db.db_, sql), {}, false});
  if (slot->in_use) {
    own_ = std::make_unique<Database::Cached>(Database::Cached{SQLite::Statement(db.db_, sql), {}, false});
    cached_ = own_.get();
  } else {
    cached_ = slot.get();
  }
  cached_->in_use = true;
  statement_ = &cached_->statement;
}

Query::Query(Database& db, const std::string& built)
    : db_(db), own_(std::make_unique<Database::Cached>(Database::Cached{SQLite::Statement(db.db_, built), {}, true})) {
  cached_ = own_.get();
  statement_ = &cached_->statement;
}

Query::~Query() {
  statement_->tryReset();
  cached_->in_use = false;
}

Query& Query::bind(std::int64_t value) {
  statement_->bind(next_++, value);
  return *this;
}

// The text stays with the statement, in a string that is used again: SQLite's own copy would be two allocations a
// value.
std::string& Query::keep(std::string_view bytes) {
  auto& kept = cached_->kept;
  const auto index = static_cast<std::size_t>(next_);
  while (kept.size() <= index) kept.emplace_back();
  kept[index].assign(bytes);
  return kept[index];
}

Query& Query::bind(std::string_view text) {
  const std::string& kept = keep(text);
  statement_->bindNoCopy(next_++, kept);
  return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
  const std::string& kept = keep(bytes);
  statement_->bindNoCopy(next_++, kept.data(), static_cast<int>(kept.size()));
  return *this;
}

Query& Query::bind_null() {
  statement_->bind(next_++);
  return *this;
}

bool Query::step() { return statement_->executeStep(); }

int Query::run() {
  statement_->executeStep();
  const int changed = db_.changes();
  statement_->reset();
  next_ = 1;
  return changed;
}

std::int64_t Query::integer(int column) const { return statement_->getColumn(column).getInt64(); }

std::string Query::text(int column) const { return std::string(view(column)); }

std::string_view Query::view(int column) const {
  const auto value = statement_->getColumn(column);
  const char* bytes = static_cast<const char*>(value.getBlob());
  return bytes ? std::string_view(bytes, static_cast<std::size_t>(value.getBytes())) : std::string_view();
}

std::optional<std::int64_t> Query::maybe(int column) const {
  const auto value = statement_->getColumn(column);
  if (value.isNull()) return std::nullopt;
  return value.getInt64();
}

// Cannot fail while no transaction is open, and the transaction is over by now; a store without them must not go on.
WithoutForeignKeys::~WithoutForeignKeys() {
  db_.exec("PRAGMA foreign_keys=ON");
  if (db_.handle().execAndGet("PRAGMA foreign_keys").getInt() != 1) std::terminate();
}

ReadTransaction::ReadTransaction(Database& db) : db_(db), own_(sqlite3_get_autocommit(db.handle().getHandle()) != 0) {
  if (own_) Query(db_, "BEGIN").run();
}

ReadTransaction::~ReadTransaction() {
  if (!own_) return;
  try {
    db_.exec("COMMIT");
  } catch (const std::exception&) {
    // Nothing was written; a connection that cannot end a read fails at its next use.
  }
}

Transaction::Transaction(Database& db) : db_(db) { Query(db_, "BEGIN IMMEDIATE").run(); }

void Transaction::commit() {
  Query(db_, "COMMIT").run();
  done_ = true;
}

Transaction::~Transaction() {
  if (done_) return;
  try {
    db_.exec("ROLLBACK");
  } catch (const std::exception&) {
    // The failure that brought us here is the one to report; SQLite rolls back by itself on close.
  }
}

}  // namespace crmsync::store
