#include "core/store/audit_log.h"

#include <openssl/rand.h>

namespace crmsync::store {

namespace {
constexpr std::size_t kSaltBytes = 16;
}

AuditLog::AuditLog(Database& db, Actor actor, Millis now, Id run)
    : db_(db), actor_(std::move(actor)), now_(now), run_(run) {}

void AuditLog::begin() {
  Query last(db_, "SELECT id, last_seq, hash FROM audit_link ORDER BY id DESC LIMIT 1");
  const bool any = last.step();
  const Id link = any ? last.integer(0) + 1 : 1;
  first_seq_ = next_seq_ = any ? last.integer(1) + 1 : 1;
  link_.emplace(any ? last.view(2) : std::string_view(), link, now_, first_seq_);
}

void AuditLog::append(const AuditEntry& entry) {
  if (!link_) begin();
  unsigned char salt_bytes[kSaltBytes];
  RAND_bytes(salt_bytes, sizeof salt_bytes);
  const std::string_view salt(reinterpret_cast<const char*>(salt_bytes), sizeof salt_bytes);
  const Digest detail_hash = hash_detail(salt, entry.detail);
  const int before = static_cast<int>(entry.before);
  const int after = static_cast<int>(entry.after);
  link_->add({next_seq_, now_, actor_.who, actor_.from, actor_.basis, entry.action, entry.account, entry.contact,
              entry.reason, entry.source, before, after, run_, bytes_of(detail_hash)});
  Query insert(db_, "INSERT INTO audit VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  insert.bind(next_seq_).bind(now_).bind(actor_.who).bind(actor_.from).bind(actor_.basis).bind(entry.action);
  insert.bind(entry.account).bind(entry.contact).bind(entry.reason).bind(entry.source).bind(before).bind(after);
  insert.bind(run_).bind(entry.detail).bind_blob(salt).bind_blob(bytes_of(detail_hash)).run();
  ++next_seq_;
}

void AuditLog::seal() {
  if (!link_) return;
  const Digest hash = link_->finish(next_seq_ - 1);
  Query insert(db_, "INSERT INTO audit_link(at, first_seq, last_seq, hash) VALUES(?,?,?,?)");
  insert.bind(now_).bind(first_seq_).bind(next_seq_ - 1).bind_blob(bytes_of(hash)).run();
  Query(db_, "INSERT INTO meta VALUES('audit_end', ?) ON CONFLICT DO UPDATE SET value = excluded.value")
      .bind_blob(bytes_of(hash))
      .run();
  link_.reset();
}

namespace {

constexpr const char* kColumns =
    "SELECT a.seq, a.at, a.who, a.origin, a.basis, a.action, n.name, a.contact_id, a.reason, a.source, a.before, "
    "a.after, a.run_id, coalesce(a.detail, '{\"erased\":true}') FROM audit a JOIN account n ON n.id = a.account_id ";

// One list of the log, by what it is about; `order` has the place and the direction.
std::string list_of(const char* condition, const char* order) { return std::string(kColumns) + condition + order; }

struct Lists {
  explicit Lists(const char* order)
      : by_contact(list_of("WHERE a.contact_id = ?1 AND (?2 = '' OR n.name = ?2) AND ", order)),
        // No join: the index of the account has to drive, or a small account's entries are looked for among
        // everybody's.
        by_account(list_of("WHERE ?1 = 0 AND a.account_id = (SELECT id FROM account WHERE name = ?2) AND ", order)),
        all(list_of("WHERE ?1 = 0 AND ?2 = '' AND ", order)) {}
  const std::string by_contact, by_account, all;
};

std::vector<AuditRow> read_list(Database& db, const Lists& lists, const std::string& account, Id contact,
                                std::size_t limit, Id place) {
  const std::string& sql = contact != 0 ? lists.by_contact : account.empty() ? lists.all : lists.by_account;
  Query query(db, sql.c_str());
  query.bind(contact).bind(account).bind(place).bind(static_cast<std::int64_t>(limit));
  std::vector<AuditRow> rows;
  while (query.step()) {
    AuditRow row;
    row.seq = query.integer(0);
    row.at = query.integer(1);
    row.actor = {query.text(2), query.text(3), query.text(4)};
    row.action = query.text(5);
    row.account = query.text(6);
    row.contact = query.integer(7);
    row.reason = query.text(8);
    row.source = query.text(9);
    row.before = static_cast<domain::Status>(query.integer(10));
    row.after = static_cast<domain::Status>(query.integer(11));
    row.run = query.integer(12);
    row.detail = query.text(13);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::vector<AuditRow> read_audit(Database& db, const std::string& account, Id contact, std::size_t limit, Id after) {
  static const Lists lists("a.seq > ?3 ORDER BY a.seq LIMIT ?4");
  return read_list(db, lists, account, contact, limit, after);
}

std::vector<AuditRow> read_audit_backwards(Database& db, const std::string& account, Id contact, std::size_t limit,
                                           Id before) {
  static const Lists lists("a.seq < ?3 ORDER BY a.seq DESC LIMIT ?4");
  return read_list(db, lists, account, contact, limit, before == 0 ? INT64_MAX : before);
}

Id last_entry_by(Database& db, Millis at) {
  Query ends(db, "SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM audit");
  ends.step();
  Id low = ends.integer(0) - 1, high = ends.integer(1);
  while (low < high) {
    const Id middle = high - (high - low) / 2;
    Query query(db, "SELECT seq, at FROM audit WHERE seq >= ? ORDER BY seq LIMIT 1");
    if (query.bind(middle).step() && query.integer(1) <= at)
      low = query.integer(0);
    else
      high = middle - 1;
  }
  return low;
}

}  // namespace crmsync::store
