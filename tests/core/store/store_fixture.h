// A store in a folder of its own, and the steps of a run in one call: used by every test of core/store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/domain/decide.h"
#include "core/store/sqlite_store.h"
#include "core/store/store.h"

namespace crmsync::store::testing {

inline constexpr domain::Millis kNow = 1'700'000'000'000;
inline const std::string kAnn = "ann@example.com";
inline const std::string kBea = "bea@example.com";
inline const Actor kCrm{"connection crm", "sync", "crm"};
inline const Actor kOperator{"uid 7", "ctl", "operator"};

inline Incoming incoming(const std::string& id, const std::string& address, std::optional<bool> opted_out = false,
                         std::optional<domain::Millis> modified_at = std::nullopt) {
  Incoming one;
  one.remote.external_id = id;
  one.remote.email = one.address = address;
  one.remote.name = "Name " + id;
  one.remote.opted_out = opted_out;
  one.remote.modified_at = modified_at;
  one.fingerprint = std::hash<std::string>{}(id + address + (opted_out ? (*opted_out ? "y" : "n") : "?")) | 1;
  return one;
}

inline Incoming deleted(const std::string& id) {
  Incoming one = incoming(id, "");
  one.remote.opted_out = std::nullopt;
  one.remote.deleted = true;
  return one;
}

class World {
 public:
  World() : World(pristine()) {}
  // Starts from what a closed store left in `like`.
  explicit World(const std::filesystem::path& like) : folder(new_folder()) {
    std::filesystem::copy(like, folder, std::filesystem::copy_options::recursive);
    open();
  }
  ~World() {
    store.reset();
    std::filesystem::remove_all(folder);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Closes and opens again, as a restart does.
  void open() {
    store.reset();
    store = open_store(path());
    store->configure(accounts());
  }
  std::string path() const { return (folder / "store.db").string(); }
  // A second connection to the file, for looking and for doing harm.
  SQLite::Database raw() const { return SQLite::Database(path(), SQLite::OPEN_READWRITE); }
  std::int64_t ask(const std::string& sql) const {
    auto db = raw();
    return db.execAndGet(sql).getInt64();
  }

  std::vector<AccountSpec> accounts() const {
    return {{"north", "North", "one", true, {connection("crm", false), connection("per-address", true)}},
            {"south", "South", "one", true, {connection("other", false)}}};
  }

  // One run of a connection from its fetch to its end. What the verdict holds is held.
  Id sync(const std::vector<Incoming>& records, const domain::BrakeVerdict& verdict = {},
          const std::string& connection_id = "crm", const std::string& cursor = "") {
    const Id run = store->begin_run(connection_id, RunMode::full, RunTrigger::once, now, false);
    stage(run, records, connection_id);
    RunEnd end;
    end.cursor = cursor;
    store->plan_totals(run);
    if (store->seal_plan(run, verdict, end, now) > 0) end.state = RunState::held;
    apply_staged(run, connection_id);
    store->finish_run(run, end, now);
    return run;
  }

  void stage(Id run, const std::vector<Incoming>& records, const std::string& connection_id = "crm") {
    const auto known = store->look_up(run, records);
    std::vector<Incoming> spool;
    std::vector<ChangeDraft> drafts;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto decision = decide(known[i], records[i], connection_id);
      if (decision.action == domain::MirrorAction::tombstone && known[i].linked_contact != 0)
        drafts.push_back({records[i], known[i].linked_contact, ChangeKind::deletion});
      else if (!decision.lifts.empty())
        drafts.push_back({records[i], known[i].linked_contact, ChangeKind::resubscribe});
      else if (!decision.adds.empty() && known[i].target_contact != 0)
        drafts.push_back({records[i], known[i].target_contact, ChangeKind::unsubscribe});
      else
        spool.push_back(records[i]);
    }
    store->stage(run, spool, drafts);
  }

  // False: nothing was staged any more.
  bool apply_next(Id run, const std::string& connection_id = "crm", bool approved = false) {
    const auto staged = store->next_staged(run, 2);
    if (staged.spool == 0 && staged.changes.empty()) return false;
    const auto known = store->look_up(run, staged.incoming);
    std::vector<ApplyItem> items;
    for (std::size_t i = 0; i < staged.incoming.size(); ++i) {
      ApplyItem item;
      item.incoming = staged.incoming[i];
      item.decision = decide(known[i], staged.incoming[i], connection_id);
      item.record = known[i].record;
      item.linked_contact = known[i].linked_contact;
      item.target_contact = known[i].target_contact;
      item.change = staged.spool == 0 ? staged.changes[i] : 0;
      item.approved = approved;
      items.push_back(item);
    }
    store->apply(run, staged.spool, items, kCrm, now);
    return true;
  }
  void apply_staged(Id run, const std::string& connection_id = "crm", bool approved = false) {
    while (apply_next(run, connection_id, approved)) {
    }
  }

  Store::Changed change(const std::string& address, std::optional<domain::Reason> add,
                        std::optional<domain::Reason> lift = std::nullopt, const std::string& account = "north") {
    ContactChange one;
    one.account = account;
    one.address = one.display = address;
    one.detail = "{}";
    if (add) one.add = domain::Suppression{*add, "somebody", now, "{}"};
    if (lift) one.lift = domain::Suppression{*lift, "somebody", now, "{}"};
    return store->change_contacts(std::vector{one}, kOperator, now).front();
  }
  Store::Changed unsubscribe(const std::string& address) { return change(address, domain::Reason::contact); }

  EventOutcome event(domain::EventType type, const std::string& address, const std::string& id,
                     const std::string& account = "north") {
    EventIn one;
    one.id = id, one.account = account, one.type = type, one.address = one.display = address;
    one.at = now, one.source = "provider", one.evidence = "{}";
    return store->add_events(std::vector{one}, {}, now).front();
  }

  // Everything that two stores can be compared by: what chance made (ids, keys, salts) is left out.
  std::string state() const {
    std::string state;
    auto db = raw();
    for (const char* sql :
         {"SELECT address || status || coalesce(reason, '-') || name FROM contact ORDER BY account_id, address",
          "SELECT address || reason || record || since || evidence FROM suppression ORDER BY address, reason, record",
          "SELECT external_id || coalesce(opted_out, '?') || deleted || push_mark || coalesce(k.address, '-') FROM "
          "record r LEFT JOIN contact k ON k.id = r.contact_id ORDER BY connection_id, external_id",
          "SELECT external_id || address || kind || reason || state FROM outbox ORDER BY connection_id, address, kind, "
          "external_id, state",
          "SELECT address || cause FROM hold h JOIN contact k ON k.id = h.contact_id ORDER BY address, cause",
          "SELECT run_id || external_id || kind || state FROM change ORDER BY run_id, external_id",
          "SELECT address || action || a.reason || before || after || coalesce(detail, '') FROM audit a JOIN contact k "
          "ON k.id = a.contact_id ORDER BY address, seq",
          "SELECT key || n FROM counter WHERE n > 0 ORDER BY account_id, key",
          "SELECT name || cursor || records FROM connection ORDER BY name",
          "SELECT state || phase FROM run ORDER BY id"}) {
      SQLite::Statement rows(db, sql);
      while (rows.executeStep()) state += rows.getColumn(0).getString() + "\n";
    }
    return state;
  }
  // What SQLite itself, the schema and the audit chain have to say about the file; empty: all is well.
  std::string damage() const {
    auto db = raw();
    std::string found;
    SQLite::Statement check(db, "PRAGMA integrity_check");
    while (check.executeStep())
      if (check.getColumn(0).getString() != "ok") found += check.getColumn(0).getString() + "\n";
    if (SQLite::Statement(db, "PRAGMA foreign_key_check").executeStep()) found += "a foreign key\n";
    return found + store->verify_audit().problem;
  }

  std::optional<ContactRow> contact(const std::string& address) { return store->contact("north", address); }
  domain::Status status(const std::string& address) { return contact(address).value().status; }

  const std::filesystem::path folder;
  std::unique_ptr<Store> store;
  domain::Millis now = kNow;

 private:
  // A store that nobody has used: copying it is cheaper than making one, and random histories take hundreds.
  static const std::filesystem::path& pristine() {
    struct Made {
      Made() : folder(new_folder()) { open_store((folder / "store.db").string()); }
      ~Made() { std::filesystem::remove_all(folder); }
      const std::filesystem::path folder;
    };
    static const Made made;
    return made.folder;
  }
  // In memory where the system offers it: a durable commit costs milliseconds on a disk, and these tests make
  // thousands.
  static std::filesystem::path new_folder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = access(memory.c_str(), W_OK | X_OK) == 0;
    std::string pattern =
        ((usable ? memory : std::filesystem::temp_directory_path()) / "crmsync-store-XXXXXX").string();
    return mkdtemp(pattern.data());
  }
  static ConnectionSpec connection(const std::string& id, bool per_address) {
    ConnectionSpec spec;
    spec.id = id;
    spec.can_push = true;
    spec.push_per_address = per_address;
    return spec;
  }
  static domain::Decision decide(const LookedUp& known, const Incoming& one, const std::string& connection_id) {
    const domain::Known facts{known.mirror ? &*known.mirror : nullptr, known.linked, known.target, known.merged};
    const domain::EmailAddress address{one.address, ""};
    domain::SyncRules rules;
    rules.connection = connection_id;
    return domain::decide(facts, one.remote, one.address.empty() ? nullptr : &address, rules);
  }
};

}  // namespace crmsync::store::testing
