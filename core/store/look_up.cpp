#include "core/store/staging.h"

namespace crmsync::store::staging {

namespace {

// Reads what is known of one record after another with statements that stay prepared.
class LookUp {
 public:
  LookUp(Database& db, const RunInfo& run) : db_(db), run_(run) {
    any_records_ = exists("SELECT 1 FROM record WHERE connection_id = ? LIMIT 1", run.connection.id);
    any_contacts_ = exists("SELECT 1 FROM contact WHERE account_id = ? LIMIT 1", run.connection.account);
  }

  LookedUp one(const Incoming& incoming) {
    LookedUp found;
    std::int64_t linked_status = 0;
    if (any_records_) find_mirror(incoming.remote.external_id, found, linked_status);
    if (linked_status != 0) found.linked = active_suppressions(db_, found.linked_contact);
    find_target(incoming, found);
    for (const auto& id : incoming.remote.merged_ids) add_merged(id, found);
    return found;
  }

 private:
  bool exists(const char* sql, Id key) { return Query(db_, sql).bind(key).step(); }

  void find_mirror(const std::string& external_id, LookedUp& found, std::int64_t& status) {
    Query query(
        db_,
        "SELECT r.id, r.contact_id, r.opted_out, r.modified_at, r.deleted, r.push_mark, r.fingerprint, r.last_run, "
        "r.held_change, k.address, k.status, h.kind, k.made_by_run FROM record r "
        "LEFT JOIN contact k ON k.id = r.contact_id LEFT JOIN change h ON h.id = r.held_change "
        "WHERE r.connection_id = ? AND r.external_id = ?");
    if (!query.bind(run_.connection.id).bind(external_id).step()) return;
    auto& mirror = found.mirror.emplace();
    mirror.connection = run_.connection.name;
    mirror.external_id = external_id;
    found.record = query.integer(0);
    found.linked_contact = query.maybe(1).value_or(0);
    if (const auto out = query.maybe(2)) mirror.opted_out = *out != 0;
    mirror.modified_at = query.maybe(3);
    mirror.deleted = query.integer(4) != 0;
    mirror.push_mark = static_cast<domain::PushMark>(query.integer(5));
    found.fingerprint = static_cast<std::uint64_t>(query.integer(6));
    found.last_run = query.integer(7);
    found.held_change = query.maybe(8).value_or(0);
    mirror.address = query.text(9);
    status = query.maybe(10).value_or(0);
    if (found.held_change != 0 && query.view(11) == "resubscribe") found.held_kind = ChangeKind::resubscribe;
    if (found.held_change != 0 && query.view(11) == "unsubscribe") found.held_kind = ChangeKind::unsubscribe;
    if (found.held_change != 0 && query.view(11) == "deletion") found.held_kind = ChangeKind::deletion;
    made_by_run_ = query.maybe(12).value_or(0);
  }

  void find_target(const Incoming& incoming, LookedUp& found) {
    if (incoming.address.empty() || !any_contacts_) return;
    if (found.mirror && found.mirror->address == incoming.address) {
      found.target_contact = found.linked_contact;
      found.target = found.linked;
      found.target_is_new = made_by_run_ == run_.id;
      return;
    }
    Query query(db_, "SELECT id, status, made_by_run FROM contact WHERE account_id = ? AND address = ?");
    if (!query.bind(run_.connection.account).bind(incoming.address).step()) return;
    found.target_contact = query.integer(0);
    found.target_is_new = query.integer(2) == run_.id;
    if (query.integer(1) != 0) found.target = active_suppressions(db_, found.target_contact);
  }

  void add_merged(const std::string& external_id, LookedUp& found) {
    LookedUp other;
    std::int64_t status = 0;
    find_mirror(external_id, other, status);
    if (!other.mirror) return;
    if (status != 0) other.linked = active_suppressions(db_, other.linked_contact);
    found.merged.push_back({std::move(*other.mirror), std::move(other.linked)});
  }

  Database& db_;
  const RunInfo& run_;
  bool any_records_ = false;
  bool any_contacts_ = false;
  Id made_by_run_ = 0;
};

}  // namespace

std::vector<LookedUp> look_up(Database& db, const RunInfo& run, std::span<const Incoming> incoming) {
  ReadTransaction transaction(db);
  LookUp look(db, run);
  std::vector<LookedUp> all;
  all.reserve(incoming.size());
  for (const auto& one : incoming) all.push_back(look.one(one));
  return all;
}

}  // namespace crmsync::store::staging
