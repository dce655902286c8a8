// What questions and changes cost: the same for a thousand contacts and for many more. By SQLite's counters, not by
// the clock.
#include <doctest/doctest.h>

#include <functional>
#include <map>

#include "tests/core/store/statement_costs.h"
#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::EventType;
using domain::Reason;
using domain::Status;

namespace {

std::string address_of(int i) { return "u" + std::to_string(1'000'000 + i) + "@example.com"; }

struct Total {
  std::int64_t steps = 0;
  std::int64_t scanned = 0;
  std::int64_t sorts = 0;
  std::int64_t auto_index = 0;
};

// `size` contacts, of which every tenth is opted out in the CRM and some have said no by themselves; what waits for
// somebody (pushes, conflicts, held changes) is the same few whatever the size.
class Crowd {
 public:
  explicit Crowd(int size) : size_(size) {
    const Id run = world.store->begin_run("crm", RunMode::full, RunTrigger::once, world.now, false);
    ArrivalBuffer arrivals;
    for (int i = 0; i < size; ++i) arrivals.add(incoming(std::to_string(i), address_of(i), i % 10 == 0));
    world.store->stage_arrivals(run, arrivals);
    while (world.store->apply_arrivals(run, false, kCrm, world.now)) {
    }
    world.store->finish_run(run, {}, world.now);
    for (const int i : {0, 1, 20, 21, 40, 41}) world.unsubscribe(address_of(i));
    for (const int i : {0, 20}) world.sync({incoming(std::to_string(i), address_of(i), false)});
    held_run = world.sync({incoming("2", address_of(2), true)}, {false, true, false});
    while (world.store->index_contacts(1'000) > 0) {
    }
  }

  Total cost(const std::function<void(Crowd&)>& job) {
    costs.take();
    job(*this);
    Total total;
    for (const auto& one : costs.take()) {
      total.steps += one.steps, total.scanned += one.scanned, total.sorts += one.sorts;
      total.auto_index += one.auto_index;
    }
    return total;
  }
  int middle() const { return size_ / 2 + 5; }  // nothing special has happened to this one
  ContactQuery query(ContactSort sort) const {
    ContactQuery query;
    query.account = "north", query.sort = sort, query.limit = 20;
    return query;
  }
  std::size_t found(const std::string& text, std::optional<Status> status = {},
                    ContactSort sort = ContactSort::address) {
    auto query = this->query(sort);
    query.text = text, query.status = status;
    return world.store->contacts(query)->contacts.size();
  }
  // The first page and the one behind it, where there is one.
  void two_pages(ContactQuery query) {
    const auto page = world.store->contacts(query);
    query.after = page->next;
    if (!page->next.empty()) world.store->contacts(query);
  }

  StatementCosts costs;
  World world;
  Id held_run = 0;

 private:
  int size_;
};

using Job = std::function<void(Crowd&)>;

Job page_of(ContactSort sort, std::optional<Status> status = {}, std::optional<Reason> reason = {}) {
  return [=](Crowd& crowd) {
    auto query = crowd.query(sort);
    query.status = status, query.reason = reason;
    crowd.two_pages(query);
  };
}

// Every order with every filter that an index serves.
std::map<std::string, Job> lists() {
  const std::map<std::string, ContactSort> sorts{
      {"address", ContactSort::address}, {"last change", ContactSort::changed}, {"status", ContactSort::status}};
  const std::map<std::string, std::optional<Status>> statuses{{"all", std::nullopt},
                                                              {"the subscribed", Status::subscribed},
                                                              {"the unsubscribed", Status::unsubscribed},
                                                              {"those on hold", Status::on_hold}};
  const std::map<std::string, std::optional<Reason>> reasons{{"", std::nullopt},
                                                             {", opted out in the CRM", Reason::integration},
                                                             {", by themselves", Reason::contact},
                                                             {", bounced", Reason::hard_bounce}};
  std::map<std::string, Job> all;
  for (const auto& [order, sort] : sorts)
    for (const auto& [who, status] : statuses)
      for (const auto& [why, reason] : reasons) all.emplace(who + why + " by " + order, page_of(sort, status, reason));
  return all;
}

// Every one of these is asked or done all day, whatever the number of contacts.
const std::map<std::string, Job> kQuestions{
    {"from the middle of the list on",
     [](Crowd& crowd) {
       auto query = crowd.query(ContactSort::address);
       query.after = "address|" + address_of(crowd.middle());
       CHECK(crowd.world.store->contacts(query)->contacts.size() == 20);
     }},
    {"all by name", [](Crowd& crowd) { crowd.two_pages(crowd.query(ContactSort::name)); }},
    {"the subscribed by name",
     [](Crowd& crowd) {
       auto query = crowd.query(ContactSort::name);
       query.status = Status::subscribed;
       crowd.two_pages(query);
     }},
    {"those on hold by name",
     [](Crowd& crowd) {
       auto query = crowd.query(ContactSort::name);
       query.status = Status::on_hold;
       CHECK(crowd.world.store->contacts(query)->contacts.size() == 1);
     }},
    {"those who changed lately, by address",
     [](Crowd& crowd) {
       auto query = crowd.query(ContactSort::address);
       query.since = kNow + 1;
       CHECK(crowd.world.store->contacts(query)->contacts.empty());
     }},
    {"those who changed until then, by change",
     [](Crowd& crowd) {
       auto query = crowd.query(ContactSort::changed);
       query.until = kNow;
       crowd.two_pages(query);
     }},
    {"what the index of names has to do when nothing is new",
     [](Crowd& crowd) { CHECK(crowd.world.store->index_contacts(1'000) == 0); }},
    {"who is in a connection",
     [](Crowd& crowd) {
       auto query = crowd.query(ContactSort::address);
       query.connection = "crm";
       crowd.two_pages(query);
     }},
    {"counts", [](Crowd& crowd) { CHECK(crowd.world.store->counts("north").by_status.size() == 3); }},
    {"one contact", [](Crowd& crowd) { CHECK(crowd.world.contact(address_of(crowd.middle()))); }},
    {"the trail of one contact",
     [](Crowd& crowd) {
       const auto id = crowd.world.contact(address_of(1))->id;
       CHECK(crowd.world.store->audit("north", id, 50, 0).size() == 1);
     }},
    {"the audit log of a small account",
     [](Crowd& crowd) { CHECK(crowd.world.store->audit("south", 0, 50, 0).empty()); }},
    {"a page of the audit log", [](Crowd& crowd) { CHECK(crowd.world.store->audit("north", 0, 50, 40).size() == 50); }},
    {"runs", [](Crowd& crowd) { CHECK(crowd.world.store->runs("crm", 2, 0).size() == 2); }},
    {"held runs and their changes",
     [](Crowd& crowd) {
       CHECK(crowd.world.store->held_runs().size() == 1);
       CHECK(crowd.world.store->changes(crowd.held_run, 50, 0).size() == 1);
     }},
    {"connections", [](Crowd& crowd) { CHECK(crowd.world.store->connections().size() == 3); }},
    {"conflicts",
     [](Crowd& crowd) {
       CHECK(crowd.world.store->conflicts("north", 50, 0).size() == 2);
       CHECK(crowd.world.store->conflict_count() == 2);
     }},
    {"the outbox",
     [](Crowd& crowd) {
       auto& store = *crowd.world.store;
       CHECK(store.outbox(PushState::pending, 50, 0).size() == 3);
       CHECK(store.outbox_summary(kNow).size() == 1);
       CHECK(store.due_pushes("crm", kNow, 50).size() == 3);
       CHECK(store.next_push_at("crm") == kNow);
       CHECK(store.pushes_of(crowd.world.contact(address_of(1))->id).size() == 1);
     }},
};

const std::map<std::string, Job> kChanges{
    {"an unsubscribe", [](Crowd& crowd) { CHECK(crowd.world.unsubscribe(address_of(crowd.middle())).changed); }},
    {"a new contact", [](Crowd& crowd) { CHECK(crowd.world.unsubscribe("new@example.com").changed); }},
    {"an event",
     [](Crowd& crowd) {
       CHECK(crowd.world.event(EventType::hard_bounce, address_of(crowd.middle() + 1), "e").suppressed);
     }},
    {"a complaint",
     [](Crowd& crowd) {
       CHECK(crowd.world.event(EventType::spam_complaint, address_of(crowd.middle() + 2), "c", "south").suppressed);
     }},
    {"a run that changes three records",
     [](Crowd& crowd) {
       const int i = crowd.middle() + 10;
       crowd.world.sync({incoming(std::to_string(i), address_of(i), true),
                         incoming(std::to_string(i + 1), address_of(i + 2)), deleted(std::to_string(i + 3))});
       CHECK(crowd.world.status(address_of(i)) == Status::unsubscribed);
     }},
    {"the end of what ends by itself", [](Crowd& crowd) { CHECK(crowd.world.store->expire({}, kNow, 100) == 0); }},
    {"a push told and settled",
     [](Crowd& crowd) {
       const auto push = crowd.world.store->due_pushes("crm", kNow, 1).at(0).id;
       crowd.world.store->mark_sending(std::vector{push});
       crowd.world.store->settle_pushes(std::vector{PushUpdate{push, PushState::sent, 1, kNow, ""}}, kNow);
     }},
};

// Read off several pieces of an index, which are merged as it grows.
const std::map<std::string, Job> kSearches{
    {"a search for one", [](Crowd& crowd) { CHECK(crowd.found(address_of(crowd.middle()).substr(2, 9)) == 1); }},
    {"a search for one of the status",
     [](Crowd& crowd) { CHECK(crowd.found(address_of(crowd.middle()), Status::subscribed) == 1); }},
    {"a search for one, by name", [](Crowd& crowd) { CHECK(crowd.found("name 345", {}, ContactSort::name) >= 1); }},
    {"a search for nobody", [](Crowd& crowd) { CHECK(crowd.found("nobody@example.com") == 0); }},
    {"a search for a beginning that nobody has", [](Crowd& crowd) { CHECK(crowd.found("zz") == 0); }},
    {"a search for a beginning that everybody has", [](Crowd& crowd) { CHECK(crowd.found("u1") == 20); }},
};

void cost_the_same(const std::map<std::string, Job>& jobs) {
  Crowd few(1'000);
  Crowd many(20'000);
  for (const auto& [name, job] : jobs) {
    CAPTURE(name);
    const auto small = few.cost(job);
    const auto large = many.cost(job);
    CHECK(small.steps > 0);
    // Not a proportion of the twentyfold: a level more in an index, another place in a page.
    CHECK(large.steps <= small.steps + small.steps / 10 + 20);
    CHECK(large.scanned <= small.scanned);
    CHECK(large.auto_index <= small.auto_index);
  }
}

}  // namespace

TEST_CASE("what is asked all day costs the same for 1,000 contacts and for 20,000") { cost_the_same(kQuestions); }

TEST_CASE("a page of any order and filter costs the same for 1,000 contacts and for 20,000") { cost_the_same(lists()); }

TEST_CASE("what is changed all day costs the same for 1,000 contacts and for 20,000") { cost_the_same(kChanges); }

TEST_CASE("a list is read off an index: nothing is scanned or sorted for a page") {
  Crowd crowd(1'000);
  for (const auto& [name, job] : lists()) {
    CAPTURE(name);
    const auto cost = crowd.cost(job);
    CHECK(cost.scanned == 0);
    CHECK(cost.sorts == 0);
  }
}

TEST_CASE("a search among 20,000 looks at a small part of them") {
  Crowd crowd(20'000);
  for (const auto& [name, job] : kSearches) {
    CAPTURE(name);
    const auto cost = crowd.cost(job);
    CHECK(cost.steps < 5'000);
    CHECK(cost.scanned == 0);
  }
}

TEST_CASE("a list by name is read off an index too") {
  Crowd crowd(1'000);
  const auto cost = crowd.cost([](Crowd& c) { c.two_pages(c.query(ContactSort::name)); });
  CHECK(cost.scanned == 0);
  CHECK(cost.sorts == 0);
}

TEST_CASE("what no index knows is looked for in a bounded number of contacts, and found over several pages") {
  Crowd crowd(25'000);
  crowd.world.raw().exec("UPDATE search_state SET indexed_to = 0");  // as after a first load
  auto query = crowd.query(ContactSort::address);
  query.text = address_of(24'999).substr(0, 8);
  std::vector<std::string> found;
  int pages = 0;
  for (;; ++pages) {
    std::optional<ContactPage> page;
    const auto cost = crowd.cost([&](Crowd& c) { page = c.world.store->contacts(query); });
    CHECK(cost.steps < 10'000 * 30);
    for (const auto& row : page->contacts) found.push_back(row.address);
    if (page->next.empty()) break;
    query.after = page->next;
  }
  CHECK(found == std::vector{address_of(24'999)});
  CHECK(pages == 2);
}
