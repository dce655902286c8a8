#include "core/store/unit_of_work.h"

#include <openssl/rand.h>

#include <set>

#include "core/store/day_counts.h"
#include "core/store/forget.h"
#include "core/store/parse_names.h"
#include "core/store/search_index.h"

namespace crmsync::store {

using domain::Reason;
using domain::Status;
using domain::Suppression;

namespace {

domain::PushPolicy policy_named(std::string_view name) {
  if (name == "both") return domain::PushPolicy::both;
  return name == "none" ? domain::PushPolicy::none : domain::PushPolicy::opt_out;
}

ConnectionInfo read_connection(Query& query) {
  ConnectionInfo info;
  info.id = query.integer(0);
  info.account = query.integer(1);
  info.name = query.text(2);
  info.per_address = query.integer(3) != 0;
  info.deadline = query.integer(4);
  info.records = query.integer(5);
  info.rules.connection = info.name;
  // A connection that is gone from the configuration is told nothing any more.
  info.rules.push = query.integer(7) != 0 ? policy_named(query.view(6)) : domain::PushPolicy::none;
  return info;
}

std::string random_key() {
  unsigned char bytes[16];
  RAND_bytes(bytes, sizeof bytes);
  std::string key;
  for (const unsigned char byte : bytes) {
    key += "0123456789abcdef"[byte >> 4];
    key += "0123456789abcdef"[byte & 15];
  }
  return key;
}

}  // namespace

ConnectionInfo connection_info(Database& db, const std::string& name) {
  Query query(
      db,
      "SELECT id, account_id, name, per_address, deadline, records, push, configured FROM connection WHERE name = ?");
  query.bind(name);
  if (!query.step()) throw StoreError("the store does not know the connection " + name);
  return read_connection(query);
}

ConnectionInfo connection_info(Database& db, Id id) {
  Query query(
      db, "SELECT id, account_id, name, per_address, deadline, records, push, configured FROM connection WHERE id = ?");
  query.bind(id);
  if (!query.step()) throw StoreError("the store does not know the connection number " + std::to_string(id));
  return read_connection(query);
}

std::vector<Suppression> active_suppressions(Database& db, Id contact) {
  Query query(db, "SELECT reason, source, since, evidence FROM suppression WHERE contact_id = ?");
  query.bind(contact);
  std::vector<Suppression> active;
  while (query.step()) active.push_back({reason_named(query.view(0)), query.text(1), query.integer(2), query.text(3)});
  return active;
}

UnitOfWork::UnitOfWork(Database& db, Actor actor, Millis now, Id run)
    : db_(db), transaction_(db), audit_(db, std::move(actor), now, run), now_(now), run_(run) {}

Id UnitOfWork::find_contact(Id account, std::string_view address) {
  Query query(db_, "SELECT id FROM contact WHERE account_id = ? AND address = ?");
  query.bind(account).bind(address);
  return query.step() ? query.integer(0) : 0;
}

Id UnitOfWork::contact_for(Id account, std::string_view address, std::string_view display, std::string_view name) {
  const std::array<NewContact, 1> wanted{NewContact{address, display, name, nullptr}};
  const Id made = make_contacts(account, wanted).front();
  if (made == 0) return find_contact(account, address);
  Query complaint(db_,
                  "SELECT since, source, evidence FROM brand_complaint WHERE address = ? AND brand = "
                  "(SELECT brand FROM account WHERE id = ?)");
  complaint.bind(address).bind(account);
  if (complaint.step())
    add(made, {Reason::spam_complaint, complaint.text(1), complaint.integer(0), complaint.text(2)}, complaint.view(2));
  for (const auto& suppression : remembered(db_, account, address)) add(made, suppression, suppression.evidence);
  return made;
}

bool UnitOfWork::has_past(Id account, std::string_view address) {
  Query query(db_,
              "SELECT 1 FROM brand_complaint WHERE address = ? AND brand = (SELECT brand FROM account WHERE id = ?)");
  return query.bind(address).bind(account).step() || !remembered(db_, account, address).empty();
}

UnitOfWork::Contact UnitOfWork::contact(Id id) {
  Query query(db_, "SELECT account_id, address, status FROM contact WHERE id = ?");
  query.bind(id);
  if (!query.step()) throw StoreError("the store lacks the contact " + std::to_string(id));
  return {id, query.integer(0), query.text(1), static_cast<Status>(query.integer(2))};
}

std::vector<Suppression> UnitOfWork::active(Id contact) { return active_suppressions(db_, contact); }

void UnitOfWork::write_status(const Contact& contact, std::string_view action, std::string_view reason,
                              std::string_view source, std::string_view detail) {
  const auto suppressions = active(contact.id);
  bool held = false;
  {
    Query query(db_, "SELECT 1 FROM hold WHERE contact_id = ? LIMIT 1");
    held = query.bind(contact.id).step();
  }
  const Status after = domain::status_of(suppressions, held);
  const auto shown = domain::shown_reason(suppressions);
  Query update(db_, "UPDATE contact SET status = ?, reason = ?, changed_at = ? WHERE id = ?");
  update.bind(static_cast<int>(after));
  shown ? update.bind(domain::to_string(*shown)) : update.bind_null();
  update.bind(now_).bind(contact.id).run();
  if (after != contact.status) {
    count(contact.account, "status:" + std::string(domain::to_string(contact.status)), -1);
    count(contact.account, "status:" + std::string(domain::to_string(after)), 1);
    changed_.try_emplace(contact.id, Change{contact.status, after}).first->second.after = after;
  }
  if (after == Status::subscribed) Query(db_, "DELETE FROM conflict WHERE contact_id = ?").bind(contact.id).run();
  audit_.append({action, contact.account, contact.id, reason, source, contact.status, after, detail});
}

namespace {
// How many active suppressions of this reason the contact has: `integration` may have several.
std::int64_t active_of(Database& db, Id contact, std::string_view reason) {
  Query query(db, "SELECT count(*) FROM suppression WHERE contact_id = ? AND reason = ?");
  query.bind(contact).bind(reason).step();
  return query.integer(0);
}
}  // namespace

bool UnitOfWork::insert_suppression(const Contact& who, const Suppression& s) {
  Query insert(db_,
               "INSERT INTO suppression(contact_id, reason, record, source, since, evidence, account_id, address, "
               "changed_at) VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
  insert.bind(who.id).bind(domain::to_string(s.reason)).bind(record_key(s.reason, s.source));
  insert.bind(s.source).bind(s.since).bind(s.evidence.empty() ? "{}" : s.evidence);
  return insert.bind(who.account).bind(who.address).bind(now_).run() != 0;
}

bool UnitOfWork::add(Id id, const Suppression& s, std::string_view detail) {
  const Contact who = contact(id);
  const auto reason = domain::to_string(s.reason);
  if (!insert_suppression(who, s)) return false;
  if (active_of(db_, id, reason) == 1) count(who.account, "reason:" + std::string(reason), 1);
  write_status(who, "add", reason, s.source, detail);
  return true;
}

void UnitOfWork::say_again(Id id, const Suppression& s, std::string_view detail) {
  const Contact who = contact(id);
  Query update(db_,
               "UPDATE suppression SET source = ?, evidence = ? WHERE contact_id = ? AND reason = ? AND record = ''");
  update.bind(s.source).bind(s.evidence.empty() ? "{}" : s.evidence).bind(id).bind(domain::to_string(s.reason)).run();
  audit_.append({"add", who.account, id, domain::to_string(s.reason), s.source, who.status, who.status, detail});
}

bool UnitOfWork::lift(Id id, Reason reason_id, std::string_view source, std::string_view detail) {
  const Contact who = contact(id);
  const auto reason = domain::to_string(reason_id);
  const std::string key(source);
  Query remove(db_, "DELETE FROM suppression WHERE contact_id = ? AND reason = ? AND record = ?");
  if (remove.bind(id).bind(reason).bind(record_key(reason_id, key)).run() == 0) return false;
  if (active_of(db_, id, reason) == 0) count(who.account, "reason:" + std::string(reason), -1);
  // Earlier strikes are spent: the same events, seen again, must not bring it back.
  if (domain::traits(reason_id).scope != domain::Scope::crm_record)
    Query(db_, "INSERT INTO strike_base VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)")
        .bind(who.account)
        .bind(who.address)
        .bind(reason)
        .bind(now_)
        .run();
  write_status(who, "lift", reason, key, detail);
  return true;
}

void UnitOfWork::erase(const Contact& who, std::span<const Suppression> active, std::string_view detail) {
  std::set<Reason> reasons;
  for (const auto& suppression : active) reasons.insert(suppression.reason);
  for (const Reason reason : reasons) count(who.account, "reason:" + std::string(domain::to_string(reason)), -1);
  count(who.account, "status:" + std::string(domain::to_string(who.status)), -1);
  Query(db_, "DELETE FROM suppression WHERE contact_id = ?").bind(who.id).run();
  Query(db_, "DELETE FROM contact WHERE id = ?").bind(who.id).run();
  search_index::refresh(db_, who.id);
  Query(db_, "INSERT INTO meta VALUES('newest_erased', ?1) ON CONFLICT DO UPDATE SET value = max(value, ?1)")
      .bind(who.id)
      .run();
  audit_.append({"erase", who.account, who.id, "", "", who.status, Status::unsubscribed, detail});
}

bool UnitOfWork::hold(Id id, std::string_view cause, Id ref, std::string_view detail) {
  const Contact who = contact(id);
  Query insert(db_, "INSERT INTO hold VALUES(?,?,?,?) ON CONFLICT DO NOTHING");
  if (insert.bind(id).bind(cause).bind(ref).bind(now_).run() == 0) return false;
  write_status(who, "hold", "", std::string(cause) + ":" + std::to_string(ref), detail);
  return true;
}

bool UnitOfWork::release(Id id, std::string_view cause, Id ref, std::string_view detail) {
  const Contact who = contact(id);
  Query remove(db_, "DELETE FROM hold WHERE contact_id = ? AND cause = ? AND ref = ?");
  if (remove.bind(id).bind(cause).bind(ref).run() == 0) return false;
  write_status(who, "release", "", std::string(cause) + ":" + std::to_string(ref), detail);
  return true;
}

void UnitOfWork::set_ends_at(Id contact, Reason reason, Millis at) {
  Query(db_, "UPDATE suppression SET ends_at = ? WHERE contact_id = ? AND reason = ?")
      .bind(at)
      .bind(contact)
      .bind(domain::to_string(reason))
      .run();
}

const ConnectionInfo& UnitOfWork::connection(Id id) {
  auto found = connections_.find(id);
  if (found == connections_.end()) found = connections_.emplace(id, connection_info(db_, id)).first;
  return found->second;
}

void UnitOfWork::push_to_records(Id contact, Reason reason) {
  Query records(
      db_, "SELECT connection_id, external_id, opted_out, push_mark FROM record WHERE contact_id = ? AND deleted = 0");
  records.bind(contact);
  while (records.step()) {
    const ConnectionInfo& info = connection(records.integer(0));
    domain::CrmRecord mirror;
    mirror.connection = info.name;
    mirror.external_id = records.text(1);
    if (const auto out = records.maybe(2)) mirror.opted_out = *out != 0;
    mirror.push_mark = static_cast<domain::PushMark>(records.integer(3));
    if (const auto push = domain::push_for_new_suppression(mirror, reason, info.rules))
      queue_push(info, mirror.external_id, contact, *push);
  }
}

void UnitOfWork::queue_push(const ConnectionInfo& to, std::string_view external_id, Id contact_id,
                            domain::QueuePush push) {
  if (to.rules.push == domain::PushPolicy::none) return;
  const Contact who = contact(contact_id);
  Query insert(db_,
               "INSERT INTO outbox(connection_id, external_id, contact_id, address, kind, reason, state, created_at, "
               "next_at, deadline_at, idempotency_key) VALUES(?,?,?,?,?,?,'pending',?,?,?,?) ON CONFLICT DO NOTHING");
  insert.bind(to.id).bind(to.per_address ? std::string_view() : external_id).bind(contact_id).bind(who.address);
  insert.bind(push.kind == domain::PushKind::opt_out ? "opt_out" : "opt_in").bind(domain::to_string(push.reason));
  insert.bind(now_).bind(now_).bind(now_ + to.deadline).bind(random_key()).run();
}

void UnitOfWork::count(Id account, std::string_view key, std::int64_t delta) {
  counters_[std::to_string(account) + "/" + std::string(key)] += delta;
}

std::int64_t UnitOfWork::unsubscribed() const {
  std::int64_t n = 0;
  for (const auto& [id, change] : changed_)
    n += change.before != Status::unsubscribed && change.after == Status::unsubscribed;
  return n;
}

std::int64_t UnitOfWork::resubscribed() const {
  std::int64_t n = 0;
  for (const auto& [id, change] : changed_)
    n += change.before == Status::unsubscribed && change.after == Status::subscribed;
  return n;
}

void UnitOfWork::commit() {
  for (const auto& [name, delta] : counters_) {
    if (delta == 0) continue;
    const auto slash = name.find('/');
    Query update(db_, "INSERT INTO counter VALUES(?,?,?) ON CONFLICT DO UPDATE SET n = n + excluded.n");
    // The CHECK (n >= 0) looks at the inserted row first, so a decrement goes through UPDATE.
    const Id account = std::stoll(name.substr(0, slash));
    const std::string_view key = std::string_view(name).substr(slash + 1);
    if (delta > 0)
      update.bind(account).bind(key).bind(delta).run();
    else
      Query(db_, "UPDATE counter SET n = n + ? WHERE account_id = ? AND key = ?")
          .bind(delta)
          .bind(account)
          .bind(key)
          .run();
    day_counts::note(db_, account, key, now_);
  }
  audit_.seal();
  transaction_.commit();
}

}  // namespace crmsync::store
