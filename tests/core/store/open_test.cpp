// Opening a store: what is set up, what is refused and how it is said, and who may open it.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "core/store/schema.h"
#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;

namespace {

std::string refusal(const std::string& path) {
  try {
    open_store(path);
  } catch (const StoreError& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a new store is private, durable and up to date") {
  World world;
  struct stat info {};
  REQUIRE(stat(world.path().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(world.ask("PRAGMA user_version") == known_schema_version());
  auto db = world.raw();
  CHECK(db.execAndGet("PRAGMA journal_mode").getString() == "wal");
  CHECK_FALSE(SQLite::Statement(db, "PRAGMA foreign_key_check").executeStep());
}

TEST_CASE("a store that a newer crmsyncd wrote is refused, with the cure, and left as it is") {
  World world;
  world.store.reset();
  { world.raw().exec("PRAGMA user_version=99"); }
  const auto before = bytes_of_file(world.path());
  const auto why = refusal(world.path());
  CHECK(says(why, world.path()));
  CHECK(says(why, "schema version 99"));
  CHECK(says(why, "install the newer crmsyncd"));
  CHECK(bytes_of_file(world.path()) == before);
  { world.raw().exec("PRAGMA user_version=" + std::to_string(known_schema_version())); }
  world.open();
}

TEST_CASE("a store of an older version is brought up to date with what it holds") {
  World world;
  world.store.reset();
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(world.path() + suffix);
  int version = 0;
  SUBCASE("version 1") { version = 1; }
  SUBCASE("version 2") { version = 2; }
  {
    Database old(world.path(), Database::Access::write, 1024);
    migrate(old, world.path(), version);
    old.exec(
        "INSERT INTO account VALUES(1, 'north', 'North', 'north', 0);"
        "INSERT INTO contact VALUES(1, 1, 'ann@example.com', 'ann@example.com', 'Ann', 1, 'contact', 5, 0);"
        "INSERT INTO suppression VALUES(1, 'contact', '', 'ctl', 5, '{}', 1, 'ann@example.com', NULL);"
        "INSERT INTO counter VALUES(1, 'status:unsubscribed', 1), (1, 'reason:contact', 1)");
  }
  world.open();
  CHECK(world.ask("PRAGMA user_version") == known_schema_version());
  CHECK(world.status(kAnn) == domain::Status::unsubscribed);
  for (const auto sort : {ContactSort::address, ContactSort::changed, ContactSort::status}) {
    ContactQuery query;
    query.account = "north", query.reason = domain::Reason::contact, query.sort = sort;
    REQUIRE(world.store->contacts(query)->contacts.size() == 1);
    CHECK(world.store->contacts(query)->contacts[0].changed_at == 5);
  }
  ArrivalBuffer buffer;
  buffer.add(incoming("2", kBea, true));
  const auto run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, kNow, false);
  world.store->stage_arrivals(run, buffer);
  CHECK(world.store->apply_arrivals(run, false, kCrm, kNow));
  CHECK(world.contact(kBea));
  CHECK(world.store->verify_audit().ok);
}

TEST_CASE("a version that no crmsyncd writes is refused as damage") {
  World world;
  world.store.reset();
  { world.raw().exec("PRAGMA user_version=-3"); }
  CHECK(says(refusal(world.path()), "damaged"));
  { world.raw().exec("PRAGMA user_version=" + std::to_string(known_schema_version())); }
  world.open();
}

TEST_CASE("what is not a store is refused, with its path") {
  World world;
  const auto path = (world.folder / "other.db").string();
  SUBCASE("some other file") { std::ofstream(path) << "To whom it may concern: this is a letter, not a database.\n"; }
  SUBCASE("half a store") {
    world.sync({incoming("1", kAnn)});
    world.store.reset();
    const auto whole = bytes_of_file(world.path());
    std::ofstream(path, std::ios::binary) << whole.substr(0, 50);
  }
  SUBCASE("a folder") { std::filesystem::create_directory(path); }
  CHECK(says(refusal(path), "cannot open the store " + path));
}

TEST_CASE("a store that lacks a piece at its end is refused, and nothing more of it is lost") {
  World world;
  std::vector<Incoming> many;
  for (int i = 0; i < 500; ++i) many.push_back(incoming(std::to_string(i), std::to_string(i) + kAnn));
  world.sync(many);
  world.store.reset();
  const auto size = std::filesystem::file_size(world.path());
  for (const auto left : {size - 4096, size / 2, std::uintmax_t{4096}, std::uintmax_t{100}}) {
    CAPTURE(left);
    const auto path = (world.folder / std::to_string(left)).string();
    std::filesystem::copy_file(world.path(), path);
    std::filesystem::resize_file(path, left);
    const auto before = bytes_of_file(path);
    CHECK(says(refusal(path), "cannot open the store " + path));
    CHECK(bytes_of_file(path) == before);
  }
}

TEST_CASE("a database that is not a store of this version's kind is left as it is") {
  World world;
  const auto path = (world.folder / "other.db").string();
  std::string why = "is the database of another program";
  SQLite::Database other(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SUBCASE("another program's") { other.exec("CREATE TABLE recipe(name)"); }
  SUBCASE("another program's, that counts its versions as we do") {
    other.exec("CREATE TABLE contact(name); PRAGMA user_version=1");
  }
  SUBCASE("a newer crmsyncd's, from a backup") {
    other.exec("CREATE TABLE audit_link(id); PRAGMA user_version=99");
    why = "schema version 99";
  }
  const auto before = bytes_of_file(path);
  CHECK(says(refusal(path), why));
  CHECK(bytes_of_file(path) == before);
}

TEST_CASE("a folder that is missing is named with the cure") {
  const auto why = refusal("/nonexistent/store.db");
  CHECK(says(why, "/nonexistent/store.db.lock"));
  CHECK(says(why, "the folder must exist and be writable"));
}

TEST_CASE("one daemon a store") {
  World world;
  SUBCASE("a second one is refused and told who holds it") {
    const auto why = refusal(world.path());
    CHECK(says(why, "in use by process " + std::to_string(getpid())));
    CHECK(says(why, "one crmsyncd per store"));
    CHECK(world.sync({incoming("1", kAnn)}) != 0);
  }
  SUBCASE("closing lets go") {
    world.store.reset();
    CHECK(refusal(world.path()).empty());
  }
  SUBCASE("being killed lets go") {
    world.store.reset();
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    const pid_t child = fork();
    if (child == 0) {
      auto held = open_store(world.path());
      char byte = 'r';
      if (write(ready[1], &byte, 1) != 1) _exit(1);
      pause();
      _exit(0);
    }
    char byte = 0;
    REQUIRE(read(ready[0], &byte, 1) == 1);
    CHECK(says(refusal(world.path()), "in use by process " + std::to_string(child)));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    CHECK(refusal(world.path()).empty());
  }
}

TEST_CASE("a reader sees what is committed and cannot write") {
  World world;
  world.sync({incoming("1", kAnn)});
  auto reader = open_reader(world.path());
  REQUIRE(reader->contact("north", kAnn));
  world.unsubscribe(kAnn);
  CHECK(reader->contact("north", kAnn)->status == domain::Status::unsubscribed);
}

TEST_CASE("a connection that moved to another account is refused, and nothing of the configuration is taken") {
  World world;
  auto accounts = world.accounts();
  std::swap(accounts[0].connections, accounts[1].connections);
  accounts[0].name = "Renamed";
  CHECK_THROWS_AS(world.store->configure(accounts), StoreError);
  CHECK(world.ask("SELECT count(*) FROM account WHERE title = 'Renamed'") == 0);
  CHECK(world.store->connection("crm")->account == "north");
}
