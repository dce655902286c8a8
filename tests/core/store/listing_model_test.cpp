// Any question for contacts, against a plain search through all of them.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cctype>
#include <tuple>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::EventType;
using domain::Reason;
using domain::Status;

namespace {

// With what a pattern, a cursor or a statement might trip over.
const std::vector<std::string> kAddresses{"a@example.com",      "a_b@example.com",      "axb@example.com",
                                          "100%@example.com",   "o'brien@example.com",  "pipe|7@example.com",
                                          "back\\@example.com", "\xC3\xBC@example.com", "\xF0\x9F\x90\x9D@example.com",
                                          "zz@example.com"};
const std::vector<std::string> kTexts{"",        "a",      "_",      "%",  "'",        "|",          "\\", "\xC3\xBC",
                                      "EXAMPLE", "Name 3", "nobody", "na", "O'BRIEN@", "\xC3\x9C@e", "b"};

struct Person {
  int in_crm = 0;  // 0: no record, 1: a record, 2: an opted-out one, 3: two opted-out ones
  bool said_no = false;
  bool bounced = false;
  bool held = false;
};

void populate(World& world, const std::vector<Person>& people) {
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto& [in_crm, said_no, bounced, held] = people[i];
    const auto& address = kAddresses[i];
    const auto id = std::to_string(i);
    if (i % 3 == 0) world.now += 1000;
    if (in_crm > 0) world.sync({incoming(id, address, in_crm > 1)});
    if (in_crm > 2) world.sync({incoming(id + "b", address, true)});
    if (held && in_crm == 1) world.sync({incoming(id, address, true)}, {false, true, false});
    if (said_no) world.unsubscribe(address);
    if (bounced) world.event(EventType::hard_bounce, address, id);
  }
}

// As people read it: without case and accents.
std::string read(std::string text) {
  for (const char* u : {"\xC3\xBC", "\xC3\x9C"})
    for (std::size_t at = 0; (at = text.find(u)) != std::string::npos;) text.replace(at, 2, "u");
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// "a.b c" read by its words: " a b c".
std::string words(std::string text) {
  for (char& c : text)
    if ((c & 0x80) == 0 && std::isalnum(static_cast<unsigned char>(c)) == 0) c = ' ';
  return " " + text;
}

bool finds(const ContactRow& row, const std::string& typed) {
  const auto text = read(typed);
  const auto address = read(row.address);
  const auto name = read(row.name);
  if (text.size() > 2 || std::isalnum(static_cast<unsigned char>(text[0])) == 0)
    return address.find(text) != std::string::npos || name.find(text) != std::string::npos;
  return (words(address.substr(0, address.find('.'))) + words(name)).find(" " + text) != std::string::npos;
}

bool wanted(const ContactRow& row, const ContactQuery& query) {
  if (!query.text.empty() && !finds(row, query.text)) return false;
  if (row.changed_at < query.since.value_or(0) || row.changed_at > query.until.value_or(row.changed_at)) return false;
  if (query.status && row.status != *query.status) return false;
  const auto& active = row.suppressions;
  if (query.reason &&
      std::none_of(active.begin(), active.end(), [&](const auto& s) { return s.reason == *query.reason; }))
    return false;
  return query.connection.empty() || std::any_of(row.records.begin(), row.records.end(), [&](const auto& record) {
           return record.connection == query.connection && !record.deleted;
         });
}

std::vector<std::string> expected(World& world, const ContactQuery& query) {
  std::vector<ContactRow> rows;
  for (const auto& address : kAddresses) {
    auto row = world.contact(address);
    if (row && wanted(*row, query)) rows.push_back(std::move(*row));
  }
  std::sort(rows.begin(), rows.end(), [&](const ContactRow& a, const ContactRow& b) {
    if (query.sort == ContactSort::changed) return std::tie(a.changed_at, a.id) > std::tie(b.changed_at, b.id);
    if (query.sort == ContactSort::status) return std::tie(a.status, a.address) < std::tie(b.status, b.address);
    if (query.sort == ContactSort::added) return a.id < b.id;
    if (query.sort == ContactSort::name)
      return std::tuple(a.name.empty(), read(a.name), a.name.empty() ? a.address : "", a.id) <
             std::tuple(b.name.empty(), read(b.name), b.name.empty() ? b.address : "", b.id);
    return a.address < b.address;
  });
  std::vector<std::string> addresses;
  for (const auto& row : rows) addresses.push_back(row.address);
  return addresses;
}

std::vector<std::string> listed(World& world, ContactQuery query) {
  std::vector<std::string> addresses;
  for (;;) {
    const auto page = world.store->contacts(query);
    RC_ASSERT(page.has_value());
    RC_ASSERT(page->contacts.size() <= query.limit);
    for (const auto& row : page->contacts) addresses.push_back(row.address);
    RC_ASSERT(addresses.size() <= kAddresses.size());
    if (page->next.empty()) return addresses;
    query.after = page->next;
  }
}

std::vector<Person> any_people() {
  std::vector<Person> people;
  for (std::size_t i = 0; i < kAddresses.size(); ++i)
    people.push_back({*rc::gen::inRange(0, 4), *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>(),
                      *rc::gen::arbitrary<bool>()});
  return people;
}

}  // namespace

TEST_CASE("every filter with every other, in every order and with every size of page, is a search through all") {
  std::int64_t found = 0;
  CHECK(rc::check("any question", [&] {
    World world;
    populate(world, any_people());
    while (world.store->index_contacts(2) > 0) {
    }
    for (int i = 0; i < 20; ++i) {
      ContactQuery query;
      query.account = "north";
      query.sort = static_cast<ContactSort>(*rc::gen::inRange(0, 6));
      query.connection = *rc::gen::element<std::string>("", "", "crm", "per-address");
      query.reason = *rc::gen::element<std::optional<Reason>>(std::nullopt, std::nullopt, Reason::integration,
                                                              Reason::hard_bounce, Reason::archived);
      const int status = *rc::gen::inRange(-2, 3);
      if (status >= 0) query.status = static_cast<Status>(status);
      query.text = *rc::gen::oneOf(rc::gen::just(std::string()), rc::gen::elementOf(kTexts));
      if (*rc::gen::arbitrary<bool>()) query.since = kNow + *rc::gen::inRange(-1, 5) * 500;
      if (*rc::gen::arbitrary<bool>()) query.until = kNow + *rc::gen::inRange(-1, 9) * 500;
      query.limit = *rc::gen::inRange<std::size_t>(1, 5);
      const auto all = expected(world, query);
      const auto seen = listed(world, query);
      // What is best for many is as they were added; how many that is depends on the page's size.
      ContactQuery as_added = query;
      as_added.sort = ContactSort::added;
      RC_ASSERT(seen == all || (query.sort == ContactSort::best && seen == expected(world, as_added)));
      found += static_cast<std::int64_t>(all.size());
    }
  }));
  CHECK(found > 200);  // questions that nobody answers prove nothing
}

TEST_CASE("a page has the people's suppressions, and at least one of them however small it is asked to be") {
  World world;
  populate(world, {{3, true, true, false}, {1, false, false, false}});
  ContactQuery query;
  query.account = "north", query.limit = 0;
  const auto page = world.store->contacts(query);
  REQUIRE(page->contacts.size() == 1);
  CHECK(page->contacts[0].suppressions.size() == 4);
  CHECK(page->contacts[0].reason == Reason::contact);
  CHECK(page->contacts[0].records.empty());
  CHECK_FALSE(page->next.empty());
}

TEST_CASE("who changes while somebody turns pages is never lost from a list by address") {
  CHECK(rc::check("any changes between pages", [] {
    World world;
    std::vector<Person> people(kAddresses.size(), Person{1, false, false, false});
    populate(world, people);
    ContactQuery query;
    query.account = "north", query.limit = 2;
    std::vector<std::string> seen;
    int extra = 0;
    for (;;) {
      const auto page = world.store->contacts(query);
      for (const auto& row : page->contacts) seen.push_back(row.address);
      if (page->next.empty()) break;
      query.after = page->next;
      world.now += 1000;
      world.unsubscribe(*rc::gen::elementOf(kAddresses));
      world.unsubscribe("n" + std::to_string(*rc::gen::inRange(0, 99)) + std::to_string(++extra) + "@example.com");
    }
    RC_ASSERT(std::adjacent_find(seen.begin(), seen.end(), std::greater_equal<>{}) == seen.end());
    for (const auto& address : kAddresses) RC_ASSERT(std::count(seen.begin(), seen.end(), address) == 1);
  }));
}
