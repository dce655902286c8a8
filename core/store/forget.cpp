#include "core/store/forget.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <set>

#include "core/store/parse_names.h"

namespace crmsync::store {

using domain::Reason;
using domain::Suppression;

namespace {

// The hash of an address within an account or a brand; without the key nobody can try addresses against it.
std::string hash_of(Database& db, const std::string& scope, std::string_view address) {
  Query query(db, "SELECT value FROM meta WHERE key = 'forget_key'");
  if (!query.step()) throw StoreError("the store lacks its key for erased addresses: it is damaged");
  const auto key = query.view(0);
  const std::string text = scope + '\n' + std::string(address);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string account_scope(Id account) { return "account " + std::to_string(account); }

std::string brand_scope(Database& db, Id account) {
  Query query(db, "SELECT brand FROM account WHERE id = ?");
  query.bind(account).step();
  return "brand " + query.text(0);
}

// Reasons that belong to the address come back with it; whatever else there was is covered by the no itself.
bool comes_back(Reason reason) { return reason == Reason::spam_complaint || domain::traits(reason).local_only; }

// Freed pages keep their content, and so does the log beside the file, unless they are overwritten.
class Overwriting {
 public:
  explicit Overwriting(Database& db) : db_(db) { db_.exec("PRAGMA secure_delete=ON"); }
  ~Overwriting() {
    db_.exec("PRAGMA secure_delete=FAST");
    Query(db_, "PRAGMA wal_checkpoint(TRUNCATE)").step();
  }
  Overwriting(const Overwriting&) = delete;
  Overwriting& operator=(const Overwriting&) = delete;

 private:
  Database& db_;
};

class Forgetting {
 public:
  Forgetting(UnitOfWork& unit, const ForgetOrder& order)
      : unit_(unit), db_(unit.db()), order_(order), who_(unit.contact(order.contact)), active_(unit.active(who_.id)) {}

  bool is_being_pushed() {
    Query query(db_, "SELECT 1 FROM outbox WHERE contact_id = ? AND state IN ('pending','sent') AND kind = 'opt_out'");
    return query.bind(who_.id).step();
  }

  std::vector<RecordRow> records() {
    std::vector<RecordRow> rows;
    Query query(db_,
                "SELECT c.name, r.external_id FROM record r JOIN connection c ON c.id = r.connection_id WHERE "
                "r.contact_id = ? AND r.deleted = 0 AND c.configured = 1");
    query.bind(who_.id);
    while (query.step()) rows.push_back({query.text(0), query.text(1), std::nullopt, std::nullopt, false});
    return rows;
  }

  void carry_out() {
    remember();
    forget_brand_complaint();
    run("UPDATE audit SET detail = NULL, salt = NULL WHERE contact_id = ?");
    // The CRM's record keeps its place in the mirror, without the person: an unchanged one then changes nothing.
    run("UPDATE record SET contact_id = NULL, held_change = NULL WHERE contact_id = ?");
    for (const char* sql : {"DELETE FROM conflict WHERE contact_id = ?", "DELETE FROM hold WHERE contact_id = ?",
                            "DELETE FROM change WHERE contact_id = ?", "DELETE FROM outbox WHERE contact_id = ?",
                            "DELETE FROM import_listed WHERE contact_id = ?"})
      run(sql);
    forget_events();
    unit_.erase(who_, active_, order_.detail);
  }

 private:
  void run(const char* sql) { Query(db_, sql).bind(who_.id).run(); }

  void remember() {
    std::set<std::string> reasons;
    for (const auto& suppression : active_)
      if (comes_back(suppression.reason)) reasons.emplace(domain::to_string(suppression.reason));
    std::string list;
    for (const auto& reason : reasons) list += (list.empty() ? "" : ",") + reason;
    write(account_scope(who_.account), list);
    if (reasons.contains("spam_complaint")) write(brand_scope(db_, who_.account), "spam_complaint");
  }

  void write(const std::string& scope, const std::string& reasons) {
    Query(db_,
          "INSERT INTO forgotten VALUES(?,?,?) ON CONFLICT DO UPDATE SET at = excluded.at, reasons = excluded.reasons")
        .bind_blob(hash_of(db_, scope, who_.address))
        .bind(unit_.now())
        .bind(reasons)
        .run();
  }

  // It stays as long as another account of the brand knows the address.
  void forget_brand_complaint() {
    Query(
        db_,
        "DELETE FROM brand_complaint WHERE address = ?1 AND brand = (SELECT brand FROM account WHERE id = ?2) AND NOT "
        "EXISTS(SELECT 1 FROM account a CROSS JOIN contact k ON k.account_id = a.id AND k.address = ?1 WHERE a.brand = "
        "brand_complaint.brand AND a.id <> ?2)")
        .bind(who_.address)
        .bind(who_.account)
        .run();
  }

  void forget_events() {
    for (const char* sql : {"DELETE FROM event WHERE account_id = ? AND address = ?",
                            "DELETE FROM strike_base WHERE account_id = ? AND address = ?"})
      Query(db_, sql).bind(who_.account).bind(who_.address).run();
  }

  UnitOfWork& unit_;
  Database& db_;
  const ForgetOrder& order_;
  UnitOfWork::Contact who_;
  std::vector<Suppression> active_;
};

struct Memory {
  Millis at = 0;
  std::string reasons;
};

std::optional<Memory> memory_of(Database& db, const std::string& scope, std::string_view address) {
  Query query(db, "SELECT at, reasons FROM forgotten WHERE hash = ?");
  if (!query.bind_blob(hash_of(db, scope, address)).step()) return std::nullopt;
  return Memory{query.integer(0), query.text(1)};
}

void add_reasons(const Memory& memory, std::vector<Suppression>& to) {
  std::string_view rest = memory.reasons;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    to.push_back({reason_named(rest.substr(0, end)), "erased", memory.at, "{\"erased\":true}"});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace

ForgetOutcome forget(Database& db, const ForgetOrder& order, const Actor& actor, Millis now) {
  const Overwriting overwriting(db);
  ForgetOutcome outcome;
  UnitOfWork unit(db, actor, now);
  Forgetting forgetting(unit, order);
  outcome.records = forgetting.records();
  if (forgetting.is_being_pushed()) {
    outcome.being_pushed = true;
    return outcome;
  }
  forgetting.carry_out();
  unit.commit();
  return outcome;
}

bool anybody_forgotten(Database& db) { return Query(db, "SELECT 1 FROM forgotten LIMIT 1").step(); }

std::vector<Suppression> remembered(Database& db, Id account, std::string_view address) {
  std::vector<Suppression> all;
  if (!anybody_forgotten(db)) return all;
  if (const auto memory = memory_of(db, account_scope(account), address)) {
    all.push_back({Reason::contact, "erased", memory->at, "{\"erased\":true}"});
    add_reasons(*memory, all);
  } else if (const auto brand = memory_of(db, brand_scope(db, account), address)) {
    add_reasons(*brand, all);
  }
  return all;
}

}  // namespace crmsync::store
