// Search, the order of names and the index behind them: right whether the index has everything, something or nothing.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>

#include "core/domain/search_text.h"
#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;

namespace {

using Names = std::vector<std::string>;

Incoming person(const std::string& id, const std::string& address, const std::string& name) {
  auto one = incoming(id, address);
  one.remote.name = name;
  one.fingerprint = std::hash<std::string>{}(id + address + name) | 1;
  return one;
}

const std::vector<Incoming> kPeople{person("1", "ann@example.com", "Ann Miller"),
                                    person("2", "b.smith@harbour.example.com", "Bea Smith"),
                                    person("3", "juergen@example.com", "J\xC3\xBCrgen \xC3\x98stergaard"),
                                    person("4", "d@example.com", "Dora \"Dee\" O'Neill"),
                                    person("5", "100%_sure@example.com", ""),
                                    person("6", "zhang@example.com", "\xE5\xBC\xA0\xE4\xBC\x9F"),
                                    person("7", "elena@example.com", "\xD0\x95\xD0\xBB\xD0\xB5\xD0\xBD\xD0\xB0"),
                                    person("8", "bo@example.com", "bo andersen")};

void index_all(World& world) {
  while (world.store->index_contacts(3) > 0) {
  }
}

std::vector<std::string> walk(World& world, ContactQuery query) {
  query.account = query.account.empty() ? "north" : query.account;
  std::vector<std::string> seen;
  for (std::string before = "-"; before != query.after;) {
    before = query.after;
    const auto page = world.store->contacts(query);
    REQUIRE(page);
    for (const auto& contact : page->contacts) seen.push_back(contact.address.substr(0, contact.address.find('@')));
    if (page->next.empty()) break;
    query.after = page->next;
  }
  return seen;
}

Names found(World& world, const std::string& text, ContactSort sort = ContactSort::address) {
  ContactQuery query;
  query.text = text, query.sort = sort, query.limit = 2;
  return walk(world, query);
}

Names by_name(World& world, std::size_t limit = 2) {
  ContactQuery query;
  query.sort = ContactSort::name, query.limit = limit;
  return walk(world, query);
}

void check_searches(World& world) {
  for (const auto sort : {ContactSort::address, ContactSort::changed, ContactSort::status, ContactSort::name,
                          ContactSort::added, ContactSort::best}) {
    CAPTURE(static_cast<int>(sort));
    CHECK(found(world, "", sort).size() == kPeople.size());
    CHECK(found(world, "  ", sort).size() == kPeople.size());
    CHECK(found(world, "ample.com", sort).size() == kPeople.size());
    CHECK(found(world, "nobody at all", sort).empty());
    CHECK(found(world, "ILL", sort).size() == 2);
    CHECK(found(world, " smith ", sort) == Names{"b.smith"});
    CHECK(found(world, "bea smith", sort) == Names{"b.smith"});
  }
  // Accents and case do not count, neither typed nor stored.
  for (const char* text : {"jurgen", "J\xC3\x9CRGEN", "Ju\xCC\x88rgen", "rgen ost", "\xC3\xB8stergaard", "OSTER"})
    CHECK(found(world, text) == Names{"juergen"});
  CHECK(found(world, "\xD0\xB5\xD0\xBB\xD0\x95\xD0\x9D\xD0\x90") == Names{"elena"});
  CHECK(found(world, "\xE5\xBC\xA0\xE4\xBC\x9F") == Names{"zhang"});
  CHECK(found(world, "\xE5\xBC\xA0") == Names{"zhang"});
  // What means something to LIKE, to FTS or to SQL means itself.
  CHECK(found(world, "%_s") == Names{"100%_sure"});
  CHECK(found(world, "0%e").empty());
  CHECK(found(world, "\"dee\"") == Names{"d"});
  CHECK(found(world, "o'neill") == Names{"d"});
  for (const char* text :
       {"ann OR bea", "ann*", "\"", "\"\"\"", "NEAR(ann bea)", "name:ann", "(", "-ann", "ann\" OR \"bea"})
    CHECK(found(world, text) == (std::string_view(text) == "\"" ? Names{"d"} : Names{}));
  // One or two letters are the beginning of a word.
  CHECK(found(world, "b") == Names{"b.smith", "bo"});
  CHECK(found(world, "an") == Names{"ann", "bo"});
  CHECK(found(world, "sm") == Names{"b.smith"});
  CHECK(found(world, "ha") == Names{"b.smith"});
  CHECK(found(world, "os") == Names{"juergen"});
  CHECK(found(world, "su") == Names{"100%_sure"});
  CHECK(found(world, "co").empty());  // of .com
  CHECK(found(world, "mi") == Names{"ann"});
  CHECK(found(world, "it").empty());
  CHECK(found(world, "%") == Names{"100%_sure"});
  CHECK(found(world, "%_") == Names{"100%_sure"});
  CHECK(found(world, "\xCC\x88").empty());  // an accent alone
}

const Names kByName{"ann", "b.smith", "bo", "d", "juergen", "elena", "zhang", "100%_sure"};

}  // namespace

TEST_CASE("a search finds the same whether the index has nothing, something or everything") {
  World world;
  world.sync(kPeople);
  check_searches(world);
  world.store->index_contacts(3);
  check_searches(world);
  index_all(world);
  check_searches(world);
  CHECK(world.store->index_contacts(10) == 0);
  world.open();
  check_searches(world);
  CHECK(world.store->index_contacts(10) == 0);
  CHECK(world.damage().empty());
}

TEST_CASE("names are in the order that people expect; who has none comes last") {
  World world;
  world.sync(kPeople);
  index_all(world);
  for (const std::size_t limit : {1U, 2U, 3U, 100U}) CHECK(by_name(world, limit) == kByName);
}

TEST_CASE("by name, who is not in the index yet comes after all who are, and nobody is lost while it is filled") {
  World world;
  world.sync(kPeople);
  world.store->index_contacts(3);
  CHECK(by_name(world) == Names{"ann", "b.smith", "juergen", "d", "100%_sure", "zhang", "elena", "bo"});
  ContactQuery query;
  query.account = "north", query.sort = ContactSort::name, query.limit = 2;
  auto page = world.store->contacts(query);
  query.after = page->next;
  index_all(world);
  world.sync({person("9", "aaron@example.com", "Aaron")});
  index_all(world);
  const auto rest = walk(world, query);
  CHECK(rest == Names{"juergen", "d", "100%_sure", "zhang", "elena", "bo", "aaron"});
  CHECK(by_name(world).front() == "aaron");
}

TEST_CASE("a new name is found at once and the old one no longer, before and after it is indexed") {
  World world;
  world.sync(kPeople);
  index_all(world);
  world.sync({person("1", "ann@example.com", "Zora Quist")});
  world.sync({person("1", "ann@example.com", "Zora Quint")});
  for (const bool indexed : {false, true}) {
    CAPTURE(indexed);
    if (indexed) index_all(world);
    CHECK(found(world, "quint") == Names{"ann"});
    CHECK(found(world, "qu") == Names{"ann"});
    CHECK(found(world, "quist").empty());
    CHECK(found(world, "miller").empty());
    CHECK(found(world, "mi").empty());
    CHECK(by_name(world).size() == kPeople.size());
  }
  CHECK(by_name(world) == Names{"b.smith", "bo", "d", "juergen", "ann", "elena", "zhang", "100%_sure"});
  CHECK(world.ask("SELECT count(*) FROM search_stale") == 0);
  CHECK(world.ask("SELECT count(*) FROM contact_name") == 8);
}

TEST_CASE("as added, many finds come over many pages, the renamed and the new among them") {
  World world;
  std::vector<Incoming> crowd;
  for (int i = 0; i < 400; ++i)
    crowd.push_back(
        person(std::to_string(i), "u" + std::to_string(1000 + i) + "@example.com", i % 40 == 0 ? "Ann" : "Bo"));
  world.sync(crowd);
  index_all(world);
  world.sync({person("7", "u1007@example.com", "Ann"), person("40", "u1040@example.com", "Bo")});
  world.sync({person("new", "new@example.com", "Ann")});
  for (int i = 0; i < 80; ++i) world.unsubscribe("u" + std::to_string(1000 + 5 * i) + "@example.com");
  const Names old{"u1000", "u1007", "u1080", "u1120", "u1160", "u1200", "u1240", "u1280", "u1320", "u1360"};
  Names as_added = old;
  as_added.push_back("new");
  Names by_address{"new"};
  by_address.insert(by_address.end(), old.begin(), old.end());
  for (const bool indexed : {false, true}) {
    if (indexed) index_all(world);
    for (const std::size_t limit : {1U, 2U, 3U, 10U}) {
      CAPTURE(limit);
      ContactQuery query;
      query.limit = limit;
      for (const auto sort : {ContactSort::added, ContactSort::best}) {
        query.sort = sort;
        query.text = "ann";
        CHECK(walk(world, query) == (sort == ContactSort::added ? as_added : by_address));
        query.text = "example";
        CHECK(walk(world, query).size() == 401);
        query.text = "@";
        CHECK(walk(world, query).size() == 401);
        query.text = "bo";
        CHECK(walk(world, query).size() == 390);
        query.text = "example", query.status = domain::Status::unsubscribed;
        CHECK(walk(world, query).size() == 80);
        query.status.reset();
      }
    }
  }
}

TEST_CASE("a search in one account says nothing of another") {
  World world;
  world.sync(kPeople);
  world.event(domain::EventType::hard_bounce, "ann.south@example.com", "e", "south");
  for (const bool indexed : {false, true}) {
    if (indexed) index_all(world);
    for (const auto sort : {ContactSort::address, ContactSort::name}) {
      ContactQuery query;
      query.account = "south", query.sort = sort;
      CHECK(walk(world, query) == Names{"ann.south"});
      query.text = "ann";
      CHECK(walk(world, query) == Names{"ann.south"});
      query.text = "miller";
      CHECK(walk(world, query).empty());
    }
    CHECK(found(world, "ann") == Names{"ann"});
  }
}

TEST_CASE("what is broken off while indexing is taken up where it was") {
  World world;
  world.sync(kPeople);
  world.store->index_contacts(3);
  // As after a kill: another process opens what was committed.
  const auto copy = world.folder / "copy";
  std::filesystem::create_directory(copy);
  for (const char* end : {"", "-wal"})
    std::filesystem::copy(world.path() + end, copy / (std::string("store.db") + end));
  World after(copy);
  check_searches(after);
  index_all(after);
  check_searches(after);
  CHECK(by_name(after) == kByName);
  CHECK(after.damage().empty());
}

TEST_CASE("whoever removes a contact leaves nothing of it in the index") {
  World world;
  world.sync(kPeople);
  world.event(domain::EventType::delivered, "x@example.com", "e");
  world.store->index_contacts(100);
  const auto removed = [&](const std::string& address) {
    auto db = world.raw();
    db.exec(
        "PRAGMA foreign_keys=OFF; UPDATE record SET contact_id = NULL WHERE contact_id = (SELECT id FROM contact WHERE "
        "address = '" +
        address + "'); DELETE FROM contact WHERE address = '" + address + "'");
  };
  removed("ann@example.com");
  removed("bo@example.com");  // the newest: its id is given again
  CHECK(found(world, "miller").empty());
  world.unsubscribe("new@example.com");
  for (const bool indexed : {false, true}) {
    if (indexed) index_all(world);
    CHECK(found(world, "new@") == Names{"new"});
    CHECK(found(world, "andersen").empty());
    CHECK(by_name(world).size() == kPeople.size() - 1);
  }
  CHECK(world.ask("SELECT count(*) FROM search_stale") == 0);
  CHECK(world.ask("SELECT count(*) FROM contact_name") == 7);
  CHECK(world.ask("SELECT count(*) FROM contact_text WHERE contact_text MATCH '\"mil\"'") == 0);
}

TEST_CASE("an index that was folded by other rules is made anew") {
  World world;
  world.sync(kPeople);
  index_all(world);
  world.raw().exec("UPDATE search_state SET folding = folding + 1");
  check_searches(world);
  CHECK(by_name(world).size() == kPeople.size());
  index_all(world);
  check_searches(world);
  CHECK(by_name(world) == kByName);
  CHECK(world.ask("SELECT count(*) FROM contact_name") == 8);
}

TEST_CASE("the time of the last change narrows every list, to the moment") {
  World world;
  for (std::size_t i = 0; i < kPeople.size(); ++i)
    world.now = kNow + static_cast<Millis>(i) * 1000, world.sync({kPeople[i]});
  index_all(world);
  for (const auto sort : {ContactSort::address, ContactSort::changed, ContactSort::status, ContactSort::name,
                          ContactSort::added, ContactSort::best}) {
    CAPTURE(static_cast<int>(sort));
    ContactQuery query;
    query.sort = sort, query.limit = 1;
    const auto seen = [&](std::optional<Millis> since, std::optional<Millis> until) {
      query.since = since, query.until = until;
      const auto all = walk(world, query);
      return std::set<std::string>(all.begin(), all.end());
    };
    using Set = std::set<std::string>;
    CHECK(seen(kNow, kNow) == Set{"ann"});
    CHECK(seen(std::nullopt, kNow + 1999) == Set{"ann", "b.smith"});
    CHECK(seen(kNow + 6000, std::nullopt) == Set{"elena", "bo"});
    CHECK(seen(kNow + 6001, std::nullopt) == Set{"bo"});
    CHECK(seen(kNow + 2000, kNow + 3000) == Set{"juergen", "d"});
    CHECK(seen(kNow + 3000, kNow + 2000).empty());
    query.text = "example";
    CHECK(seen(kNow + 2000, kNow + 3000) == Set{"juergen", "d"});
    query.text = "dora";
    CHECK(seen(kNow + 2000, kNow + 3000) == Set{"d"});
    CHECK(seen(kNow + 3001, std::nullopt).empty());
  }
}

TEST_CASE("whatever is added, renamed, removed and indexed in whatever order, a search finds who is there") {
  std::int64_t hits = 0;
  CHECK(rc::check([&] {
    World world;
    const auto word = [] {
      return *rc::gen::element<std::string>("ann", "Anna", "bea", "M\xC3\xBCller", "x'\"y", "o%b");
    };
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) {
      const auto who = std::to_string(*rc::gen::inRange(0, 6));
      if (step < 6) world.sync({person(who, "u" + who + "@example.com", word() + " " + word())});
      if (step == 6) world.unsubscribe("v" + who + "@example.com");
      if (step == 7) world.open();
      if (step == 8)
        world.raw().exec("PRAGMA foreign_keys=OFF; DELETE FROM contact WHERE address = 'v" + who + "@example.com'");
      if (step > 8) world.store->index_contacts(static_cast<std::size_t>(step - 8));
      ContactQuery query;
      query.account = "north", query.limit = 1000;
      query.sort = static_cast<ContactSort>(*rc::gen::inRange(0, 6));
      const auto all = world.store->contacts(query)->contacts;
      query.text =
          *rc::gen::element<std::string>("ann", "muller", "M", "be", "u1@", "v", "x'\"", "o%b", "nobody", "a b");
      query.limit = 2;
      std::multiset<std::string> wanted;
      for (const auto& one : all)
        if (domain::TextSearch(query.text).finds(one.address, one.display, one.name))
          wanted.insert(one.address.substr(0, one.address.find('@')));
      const auto seen = walk(world, query);
      RC_ASSERT(std::multiset<std::string>(seen.begin(), seen.end()) == wanted);
      RC_ASSERT(all.size() == static_cast<std::size_t>(world.ask("SELECT count(*) FROM contact WHERE account_id = 1")));
      hits += static_cast<std::int64_t>(seen.size());
    }
  }));
  CHECK(hits > 100);
}
