// The audit log as proof: whoever changes it behind the program's back is found.
#include <doctest/doctest.h>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;

namespace {

// Harm as somebody with the file and a SQL shell could do it: the triggers are no lock.
AuditVerdict after(World& world, const std::string& harm) {
  auto db = world.raw();
  db.exec(
      "DROP TRIGGER audit_no_delete; DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_replace; "
      "DROP TRIGGER link_no_delete; DROP TRIGGER link_no_update; DROP TRIGGER link_no_replace");
  db.exec(harm);
  return world.store->verify_audit();
}

bool names(const AuditVerdict& verdict, const std::string& part) {
  return !verdict.ok && verdict.problem.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an untouched log verifies") {
  World world;
  CHECK(world.store->verify_audit().ok);
  world.sync({incoming("1", kAnn, true), incoming("2", kBea, true)});
  world.unsubscribe("cid@example.com");
  world.sync({incoming("1", kAnn, false)});
  const auto verdict = world.store->verify_audit();
  CHECK(verdict.ok);
  CHECK(verdict.entries == 4);
  CHECK(verdict.links == 3);
  CHECK(verdict.problem.empty());
}

TEST_CASE("every kind of tampering is found and its place named") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  world.unsubscribe(kBea);
  world.sync({incoming("1", kAnn, false)});
  REQUIRE(world.store->verify_audit().entries == 3);
  SUBCASE("who did it") { CHECK(names(after(world, "UPDATE audit SET who = 'uid 8' WHERE seq = 2"), "link 2")); }
  SUBCASE("when") { CHECK(names(after(world, "UPDATE audit SET at = at + 1 WHERE seq = 1"), "link 1")); }
  SUBCASE("the detail") {
    CHECK(names(after(world, "UPDATE audit SET detail = '{\"crm\":\"opted in\"}' WHERE seq = 1"), "entry 1"));
  }
  SUBCASE("an entry is gone") { CHECK(names(after(world, "DELETE FROM audit WHERE seq = 2"), "entry 2")); }
  SUBCASE("the last entry is gone") { CHECK(names(after(world, "DELETE FROM audit WHERE seq = 3"), "entry 3")); }
  SUBCASE("a link is gone") { CHECK(names(after(world, "DELETE FROM audit_link WHERE id = 1"), "link 1")); }
  SUBCASE("two entries change places") {
    CHECK(names(after(world,
                      "UPDATE audit SET seq = -1 WHERE seq = 1; UPDATE audit SET seq = 1 WHERE seq = 2; "
                      "UPDATE audit SET seq = 2 WHERE seq = -1"),
                "link 1"));
  }
  SUBCASE("an entry is added without a link") {
    CHECK(names(after(world,
                      "INSERT INTO audit SELECT 4, at, who, origin, basis, action, account_id, contact_id, "
                      "reason, source, before, after, run_id, detail, salt, detail_hash FROM audit WHERE seq = 3"),
                "entry 4"));
  }
  SUBCASE("the end is cut off, links and all") {
    CHECK(names(after(world, "DELETE FROM audit WHERE seq = 3; DELETE FROM audit_link WHERE id = 3"), "link 2"));
  }
  SUBCASE("all of it is gone") { CHECK(names(after(world, "DELETE FROM audit; DELETE FROM audit_link"), "link 0")); }
  SUBCASE("a link's hash") { CHECK(names(after(world, "UPDATE audit_link SET hash = x'00' WHERE id = 3"), "link 3")); }
}

TEST_CASE("no column of an entry or a link can be changed unnoticed") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  world.unsubscribe(kBea);
  auto db = world.raw();
  db.exec(
      "DROP TRIGGER audit_no_update; DROP TRIGGER link_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER "
      "link_no_delete; DROP TRIGGER audit_no_replace; DROP TRIGGER link_no_replace; "
      "PRAGMA ignore_check_constraints=ON");
  for (const std::string table : {"audit", "audit_link"}) {
    std::vector<std::string> columns;
    SQLite::Statement info(db, "SELECT name FROM pragma_table_info('" + table + "')");
    while (info.executeStep()) columns.push_back(info.getColumn(0).getString());
    REQUIRE(columns.size() >= 5);
    for (const auto& column : columns) {
      CAPTURE(column);
      // One more as a number, one byte more as anything else; of the last row, which has nothing behind it.
      db.exec("BEGIN; CREATE TEMP TABLE before AS SELECT * FROM " + table);
      db.exec("UPDATE " + table + " SET " + column + " = CASE typeof(" + column + ") WHEN 'integer' THEN " + column +
              " + 1 ELSE CAST(" + column + " || 'x' AS " + "BLOB) END WHERE rowid = (SELECT max(rowid) FROM " + table +
              "); COMMIT");
      CHECK_FALSE(world.store->verify_audit().ok);
      db.exec("BEGIN; DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM before; DROP TABLE before");
      db.exec("COMMIT");
      REQUIRE(world.store->verify_audit().ok);
    }
  }
}

TEST_CASE("the log refuses to be changed by plain SQL, by replacing too") {
  World world;
  world.sync({incoming("1", kAnn, true)});
  auto db = world.raw();
  for (const std::string table : {"audit", "audit_link"}) {
    CAPTURE(table);
    CHECK_THROWS_WITH(db.exec("DELETE FROM " + table), "the audit log is append-only");
    CHECK_THROWS_WITH(db.exec("UPDATE " + table + " SET at = 0"), "the audit log is append-only");
    CHECK_THROWS_WITH(db.exec("REPLACE INTO " + table + " SELECT * FROM " + table), "the audit log is append-only");
  }
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("an entry says who, from where, on what basis, what and what it did") {
  World world;
  world.sync({incoming("1", kAnn)});
  world.unsubscribe(kAnn);
  const auto trail = world.store->audit("north", world.contact(kAnn)->id, 10, 0);
  REQUIRE(trail.size() == 1);
  const auto& entry = trail[0];
  CHECK(entry.actor.who == "uid 7");
  CHECK(entry.actor.from == "ctl");
  CHECK(entry.actor.basis == "operator");
  CHECK(entry.action == "add");
  CHECK(entry.reason == "contact");
  CHECK(entry.before == domain::Status::subscribed);
  CHECK(entry.after == domain::Status::unsubscribed);
  CHECK(entry.at == kNow);
  CHECK(entry.run == 0);
  CHECK(world.store->audit("south", world.contact(kAnn)->id, 10, 0).empty());
}
