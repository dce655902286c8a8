// Any question for contacts, against a plain search through all of them.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
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
const std::vector<std::string> kTexts{"", "a", "_", "%", "'", "|", "\\", "\xC3\xBC", "EXAMPLE", "Name 3", "nobody"};

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

bool contains(std::string text, std::string part) {
  const auto lower = [](std::string& s) {
    for (char& c : s)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  };
  lower(text), lower(part);
  return text.find(part) != std::string::npos;
}

bool wanted(const ContactRow& row, const ContactQuery& query) {
  if (!query.text.empty() && !contains(row.address, query.text) && !contains(row.name, query.text)) return false;
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
    for (int i = 0; i < 20; ++i) {
      ContactQuery query;
      query.account = "north";
      query.sort = static_cast<ContactSort>(*rc::gen::inRange(0, 3));
      query.connection = *rc::gen::element<std::string>("", "", "crm", "per-address");
      query.reason = *rc::gen::element<std::optional<Reason>>(std::nullopt, std::nullopt, Reason::integration,
                                                              Reason::hard_bounce, Reason::archived);
      const int status = *rc::gen::inRange(-2, 3);
      if (status >= 0) query.status = static_cast<Status>(status);
      query.text = *rc::gen::oneOf(rc::gen::just(std::string()), rc::gen::elementOf(kTexts));
      query.limit = *rc::gen::inRange<std::size_t>(1, 5);
      const auto all = expected(world, query);
      RC_ASSERT(listed(world, query) == all);
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
