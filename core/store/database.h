// One SQLite connection with the settings this project relies on, and prepared statements that are kept. Used inside
// core/store only.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/domain/millis.h"

namespace crmsync::store {

class Database {
 public:
  enum class Access { write, read_only };
  // write: synchronous=FULL, foreign keys on; schema.h adds WAL once the file is known to be a store. read_only: never
  // checkpoints (SQLite 3.40 has the WAL-reset bug: one connection writes and checkpoints, ever).
  Database(const std::string& path, Access access, int cache_kib);

  void exec(const char* sql) { db_.exec(sql); }
  std::int64_t last_insert_id() const { return db_.getLastInsertRowid(); }
  int changes() const { return db_.getChanges(); }
  SQLite::Database& handle() { return db_; }

 private:
  friend class Query;
  struct Cached {
    SQLite::Statement statement;
    std::deque<std::string> kept;  // bound texts, by their index
    bool in_use = false;
  };
  SQLite::Database db_;
  std::unordered_map<const char*, std::unique_ptr<Cached>> statements_;  // by the text's address
};

// A prepared statement in use: binds in order, steps, and is reset when it goes. `sql` must live as long as the
// program.
class Query {
 public:
  Query(Database& db, const char* sql);
  // For statements that are put together: prepared for this use only.
  Query(Database& db, const std::string& built);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(std::int64_t value);
  Query& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(bool value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(std::string_view text);  // copied
  Query& bind(const std::string& text) { return bind(std::string_view(text)); }
  Query& bind(const char* text) { return bind(std::string_view(text)); }
  Query& bind_blob(std::string_view bytes);
  Query& bind_null();
  Query& bind(std::optional<std::int64_t> value) { return value ? bind(*value) : bind_null(); }
  Query& bind(std::optional<bool> value) { return value ? bind(*value) : bind_null(); }

  bool step();  // true: a row
  int run();    // executes; returns the rows changed. Can be bound and run again after
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string_view view(int column) const;  // valid until the next step
  std::optional<std::int64_t> maybe(int column) const;

 private:
  std::string& keep(std::string_view bytes);

  Database& db_;
  Database::Cached* cached_ = nullptr;
  std::unique_ptr<Database::Cached> own_;  // when the kept one is in use further up the stack
  SQLite::Statement* statement_ = nullptr;
  int next_ = 1;
};

// Foreign keys are not checked until it goes. For bulk work outside a transaction whose rows cannot but refer to rows
// that it has just written itself: the look-up of each parent is a third of the cost of a row.
class WithoutForeignKeys {
 public:
  explicit WithoutForeignKeys(Database& db) : db_(db) { db_.exec("PRAGMA foreign_keys=OFF"); }
  ~WithoutForeignKeys();
  WithoutForeignKeys(const WithoutForeignKeys&) = delete;
  WithoutForeignKeys& operator=(const WithoutForeignKeys&) = delete;

 private:
  Database& db_;
};

// Many reads as one: each statement alone would take and drop the locks. Does nothing inside a transaction.
class ReadTransaction {
 public:
  explicit ReadTransaction(Database& db);
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  Database& db_;
  bool own_;
};

// BEGIN IMMEDIATE ... COMMIT; rolls back when it goes without commit().
class Transaction {
 public:
  explicit Transaction(Database& db);
  ~Transaction();
  void commit();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

 private:
  Database& db_;
  bool done_ = false;
};

}  // namespace crmsync::store
