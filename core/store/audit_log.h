// The append-only, hash-chained audit log: one link per transaction covers the entries of that transaction. Used by
// UnitOfWork to write and by the readers to verify.
#pragma once

#include <optional>

#include "core/store/chain_hash.h"
#include "core/store/database.h"
#include "core/store/types.h"

namespace crmsync::store {

struct AuditEntry {
  std::string_view action;  // add | lift | hold | release | erase
  Id account = 0;
  Id contact = 0;
  std::string_view reason;
  std::string_view source;
  domain::Status before = domain::Status::subscribed;
  domain::Status after = domain::Status::subscribed;
  std::string_view detail;  // JSON object
};

// Collects the entries of one transaction; seal() before the commit.
class AuditLog {
 public:
  AuditLog(Database& db, Actor actor, Millis now, Id run);
  void append(const AuditEntry& entry);
  void seal();

 private:
  void begin();

  Database& db_;
  Actor actor_;
  Millis now_;
  Id run_;
  std::optional<ChainHash> link_;  // under construction; none until the first entry
  Id first_seq_ = 0;
  Id next_seq_ = 0;
};

AuditVerdict verify_audit(Database& db);
std::vector<AuditRow> read_audit(Database& db, const std::string& account, Id contact, std::size_t limit, Id after);
std::vector<AuditRow> read_audit_backwards(Database& db, const std::string& account, Id contact, std::size_t limit,
                                           Id before);
Id last_entry_by(Database& db, Millis at);

}  // namespace crmsync::store
