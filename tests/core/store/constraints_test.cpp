// The invariants that the file itself carries: no program, and no hand with a SQL shell, can break them unnoticed.
#include <doctest/doctest.h>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;

namespace {

struct Raw {
  explicit Raw(World& world) : db(world.raw()) { db.exec("PRAGMA foreign_keys=ON"); }
  bool refuses(const std::string& sql) {
    try {
      db.exec("SAVEPOINT try");
      db.exec(sql);
      // Deferred foreign keys speak at the end.
      db.exec("RELEASE try");
    } catch (const SQLite::Exception&) {
      db.exec("ROLLBACK TO try; RELEASE try");
      return true;
    }
    return false;
  }
  SQLite::Database db;
};

std::string push(const std::string& reason) {
  return "INSERT INTO outbox(connection_id, external_id, contact_id, address, kind, reason, state, created_at, "
         "next_at, "
         "deadline_at, idempotency_key) VALUES(1, '1', 1, 'ann@example.com', 'opt_out', '" +
         reason + "', 'pending', 1, 1, 1, '" + reason + "')";
}

}  // namespace

TEST_CASE("SQL keeps the invariants") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  Raw raw(world);
  SUBCASE("what is only ours to know cannot be pushed") {
    for (const char* reason : {"hard_bounce", "failed_validation", "integration", "archived", "blocked", "soft_bounce",
                               "deferral", "something else"}) {
      CAPTURE(reason);
      CHECK(raw.refuses(push(reason)));
    }
    CHECK_FALSE(raw.refuses(push("contact")));
  }
  SUBCASE("one open push for one record") {
    CHECK_FALSE(raw.refuses(push("contact")));
    CHECK(raw.refuses(push("manual")));
  }
  SUBCASE("a suppression has one of ten reasons, and integration, alone, has a record") {
    const auto add = [](const std::string& reason, const std::string& record) {
      return "INSERT INTO suppression VALUES(1, '" + reason + "', '" + record + "', 's', 1, '{}', 1, 'a', NULL, 1, 1)";
    };
    CHECK(raw.refuses(add("boredom", "")));
    CHECK(raw.refuses(add("integration", "")));
    CHECK(raw.refuses(add("contact", "crm:1")));
    CHECK_FALSE(raw.refuses(add("contact", "")));
  }
  SUBCASE("a contact is unsubscribed with a reason, and only then") {
    CHECK(raw.refuses("UPDATE contact SET reason = NULL"));
    CHECK(raw.refuses("UPDATE contact SET status = 0"));
    CHECK(raw.refuses("UPDATE contact SET status = 3"));
  }
  SUBCASE("nothing refers to what is not there") {
    CHECK(raw.refuses("DELETE FROM contact"));
    CHECK(raw.refuses("UPDATE record SET contact_id = 99"));
    CHECK(raw.refuses("UPDATE record SET connection_id = 99"));
    CHECK(raw.refuses("INSERT INTO suppression VALUES(99, 'contact', '', 's', 1, '{}', 1, 'a', NULL)"));
  }
  SUBCASE("two contacts of an account cannot have one address, two records of a connection not one id") {
    CHECK(
        raw.refuses("INSERT INTO contact(account_id, address, display, name, changed_at, made_by_run) "
                    "VALUES(1, 'ann@example.com', '', '', 1, 1)"));
    CHECK(raw.refuses("INSERT INTO record(connection_id, external_id, fingerprint, last_run) VALUES(1, '1', 1, 1)"));
  }
  SUBCASE("the audit log only grows") {
    CHECK(raw.refuses("DELETE FROM audit"));
    CHECK(raw.refuses("UPDATE audit SET who = 'nobody'"));
    CHECK(raw.refuses("UPDATE audit SET detail = '{}'"));
    CHECK(raw.refuses("DELETE FROM audit_link"));
    CHECK(raw.refuses("UPDATE audit_link SET at = 1"));
  }
  SUBCASE("personal data in the audit log can be erased, and the chain stays whole") {
    CHECK_FALSE(raw.refuses("UPDATE audit SET detail = NULL, salt = NULL"));
    CHECK(world.store->verify_audit().ok);
  }
  SUBCASE("a counter cannot fall below nothing") { CHECK(raw.refuses("UPDATE counter SET n = -1")); }
}
