// The audit log alone tells the state of a contact, now and at any time before.
#include "core/store/replay.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "tests/core/store/store_fixture.h"

using namespace crmsync;
using namespace crmsync::store;
using namespace crmsync::store::testing;
using domain::EventType;
using domain::Reason;
using domain::Status;

namespace {

constexpr Status kIn = Status::subscribed;
constexpr Status kOut = Status::unsubscribed;
constexpr Status kHeld = Status::on_hold;

struct Step {
  const char* action;
  const char* reason;
  const char* source;
  Status before, after;
};

// Returns the problem; empty: all of it fits.
std::string feed(Replay& replay, const std::vector<Step>& steps) {
  Id seq = 0;
  bool all = true;
  for (const auto& step : steps) {
    AuditRow row;
    row.seq = ++seq, row.at = kNow + seq;
    row.action = step.action, row.reason = step.reason, row.source = step.source;
    row.before = step.before, row.after = step.after;
    row.detail = "{\"seq\":" + std::to_string(seq) + "}";
    all = replay.feed(row) && all;
  }
  CHECK(all == replay.problem().empty());
  return replay.problem();
}

std::vector<std::string> reasons(const Replay& replay) {
  std::vector<std::string> names;
  for (const auto& one : replay.active()) names.emplace_back(to_string(one.reason));
  return names;
}

using Names = std::vector<std::string>;

// What a replay and the store can be compared by.
Names keys(const std::vector<domain::Suppression>& active) {
  Names all;
  for (const auto& one : active) all.push_back(std::string(to_string(one.reason)) + " " + one.source);
  std::sort(all.begin(), all.end());
  return all;
}

Replay replay_of(World& world, const ContactRow& contact, Millis at) {
  Replay replay;
  for (const auto& entry : world.store->audit("", contact.id, 10'000, 0))
    if (entry.at <= at) replay.feed(entry);
  return replay;
}

void happen(World& world, int kind, int who) {
  const std::string id = std::to_string(who);
  const std::string address = "u" + id + "@example.com";
  const std::string event = std::to_string(world.now);
  switch (kind) {
    case 0: world.sync({incoming(id, address, true)}); break;
    case 1: world.sync({incoming(id, address, false)}); break;
    case 2: world.sync({incoming(id, "u0@example.com", true)}); break;
    case 3: world.sync({incoming(id + "b", address, true)}); break;
    case 4: world.sync({deleted(id)}); break;
    case 5: world.sync({incoming(id, address, true)}, {false, true, false}); break;
    case 6:
      for (const auto& run : world.store->held_runs()) world.store->reject_run(run.id, kOperator, world.now);
      break;
    case 7: world.unsubscribe(address); break;
    case 8: world.change(address, std::nullopt, Reason::contact); break;
    case 9: world.change(address, Reason::manual); break;
    case 10: world.event(EventType::hard_bounce, address, event); break;
    case 11: world.event(EventType::spam_complaint, address, event, "south"); break;
    default: world.event(EventType::out_of_office, address, event); break;
  }
}

}  // namespace

TEST_CASE("nothing in the log: subscribed") {
  const Replay replay;
  CHECK(replay.status() == kIn);
  CHECK_FALSE(replay.reason());
}

TEST_CASE("entries that fit give the state they describe") {
  Replay replay;
  SUBCASE("suppressions stack, and lifting one leaves the others") {
    CHECK(feed(replay, {{"add", "hard_bounce", "provider", kIn, kOut},
                        {"add", "contact", "link", kOut, kOut},
                        {"lift", "hard_bounce", "uid 7", kOut, kOut}})
              .empty());
    CHECK(replay.status() == kOut);
    CHECK(replay.reason() == Reason::contact);
    REQUIRE(replay.active().size() == 1);
    CHECK(replay.active()[0] == domain::Suppression{Reason::contact, "link", kNow + 2, "{\"seq\":2}"});
  }
  SUBCASE("the last one lifted resubscribes") {
    CHECK(feed(replay, {{"add", "manual", "ann", kIn, kOut}, {"lift", "manual", "bea", kOut, kIn}}).empty());
    CHECK(replay.status() == kIn);
    CHECK_FALSE(replay.reason());
  }
  SUBCASE("each CRM record has its own") {
    CHECK(feed(replay, {{"add", "integration", "crm:1", kIn, kOut},
                        {"add", "integration", "crm:2", kOut, kOut},
                        {"lift", "integration", "crm:1", kOut, kOut}})
              .empty());
    CHECK(keys(replay.active()) == Names{"integration crm:2"});
  }
  SUBCASE("holds stack too, and a suppression goes before them") {
    CHECK(feed(replay, {{"hold", "", "change:1", kIn, kHeld},
                        {"hold", "", "flips:2", kHeld, kHeld},
                        {"add", "manual", "ann", kHeld, kOut},
                        {"release", "", "change:1", kOut, kOut},
                        {"lift", "manual", "ann", kOut, kHeld}})
              .empty());
    CHECK(replay.holds() == Names{"flips:2"});
    CHECK(replay.status() == kHeld);
  }
  SUBCASE("a no that is said once more is of who said it last") {
    CHECK(feed(replay, {{"add", "manual", "job", kIn, kOut}, {"add", "manual", "ann", kOut, kOut}}).empty());
    CHECK(keys(replay.active()) == Names{"manual ann"});
  }
}

TEST_CASE("an entry that does not fit is named, and the rest is taken all the same") {
  const Step add{"add", "hard_bounce", "provider", kIn, kOut};
  const std::vector<std::pair<std::vector<Step>, std::string>> wrong{
      {{add, {"add", "hard_bounce", "provider", kOut, kOut}}, "entry 2 adds what was there"},
      {{add, {"lift", "manual", "ann", kOut, kOut}}, "entry 2 lifts what was not there"},
      {{{"lift", "hard_bounce", "ann", kIn, kIn}, add}, "entry 1 lifts what was not there"},
      {{{"release", "", "change:1", kIn, kIn}, add}, "entry 1 releases what was not held"},
      {{add, {"hold", "", "change:1", kOut, kOut}, {"hold", "", "change:1", kOut, kOut}},
       "entry 3 holds for what it is held for"},
      {{{"add", "hard_bounce", "provider", kHeld, kOut}}, "entry 1 says on_hold before, which was subscribed"},
      {{{"add", "hard_bounce", "provider", kIn, kIn}}, "entry 1 says subscribed after, which makes unsubscribed"},
      {{{"invent", "", "", kIn, kIn}, add}, "entry 1 has an unknown action"},
      {{{"add", "boredom", "", kIn, kOut}, add}, "entry 1 has an unknown reason"},
  };
  for (const auto& [steps, problem] : wrong) {
    Replay replay;
    CHECK(feed(replay, steps) == problem);
    CHECK(reasons(replay) == Names{"hard_bounce"});
  }
}

TEST_CASE("after any history, and at any time within it, the log tells the same state as the store had") {
  std::int64_t compared = 0;
  CHECK(rc::check([&] {
    World world;
    const auto history = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 13), rc::gen::inRange(0, 3)));
    struct Moment {
      Millis at;
      ContactRow contact;
    };
    std::vector<Moment> seen;
    for (const auto& [kind, who] : history) {
      world.now += domain::kHour;
      happen(world, kind, who);
      for (const char* account : {"north", "south"})
        for (const char* address : {"u0@example.com", "u1@example.com", "u2@example.com"})
          if (auto contact = world.store->contact(account, address)) seen.push_back({world.now, std::move(*contact)});
    }
    for (const auto& [at, contact] : seen) {
      const auto replay = replay_of(world, contact, at);
      RC_ASSERT(replay.problem() == "");
      RC_ASSERT(replay.status() == contact.status);
      RC_ASSERT(replay.reason() == contact.reason);
      RC_ASSERT(keys(replay.active()) == keys(contact.suppressions));
      RC_ASSERT(replay.holds().size() == contact.holds.size());
      ++compared;
    }
  }));
  CHECK(compared > 500);
}
