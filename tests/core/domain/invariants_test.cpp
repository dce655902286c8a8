// The invariants of the domain rules on random histories: CRM users, syncs with stale and doubled rows, deliveries,
// people, operators, pushes and crashes, judged by a naive second reading of the rules (naive_model.h).
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "tests/core/domain/world.h"

using namespace crmsync::domain;
using namespace crmsync::domain::testing;

namespace {

bool is_crm_step(Do what) { return what <= Do::stale; }

// "contact somebody" -> true: what no CRM event may end.
bool crm_may_not_end(const std::string& suppression) {
  return suppression.starts_with("contact ") || suppression.starts_with("manual ") ||
         suppression.starts_with("spam_complaint ");
}

std::set<std::string> kept(const std::set<std::string>& suppressions) {
  std::set<std::string> result;
  std::copy_if(suppressions.begin(), suppressions.end(), std::inserter(result, result.end()), crm_may_not_end);
  return result;
}

std::map<std::string, std::set<std::string>> rebuilt(const std::vector<Audited>& audit) {
  std::map<std::string, std::set<std::string>> state;
  for (const auto& entry : audit) {
    const std::string key = std::string(to_string(entry.reason)) + " " + entry.source;
    if (entry.added)
      RC_ASSERT(state[entry.address].insert(key).second);
    else
      RC_ASSERT(state[entry.address].erase(key) == 1U);
  }
  std::erase_if(state, [](const auto& item) { return item.second.empty(); });
  return state;
}

bool live(const Crm& crm, int record) {
  return crm.listed(record) && !crm.truth(record).deleted && !crm.hidden(record);
}

std::string address_of(const Crm& crm, int record) {
  const auto address = parse_email_address(crm.truth(record).email);
  return address ? address->identity : "";
}

// It was told (and may have changed its mind since), or telling it failed and an alarm says so.
bool was_told(const World& world, int record, const std::string& address, Millis since) {
  return std::any_of(world.outbox().begin(), world.outbox().end(), [&](const Push& push) {
    return push.record == record && push.address == address && push.kind == PushKind::opt_out &&
           push.sent_at >= since && (push.state == "dead" || push.state == "acknowledged");
  });
}

}  // namespace

TEST_CASE("the domain and the naive model agree after every step") {
  CHECK(rc::check("who may be mailed, and why not", [] {
    World world(*any_settings());
    for (const auto& step : *any_history()) {
      world.take(step);
      RC_ASSERT(world.reasons() == world.model());
    }
  }));
}

TEST_CASE("invariant 1: no sequence of CRM events subscribes who said no") {
  CHECK(rc::check("contact, manual and spam_complaint stay", [] {
    World world(*any_settings());
    for (const auto& step : *any_history()) {
      const auto before = world.state().suppressions;
      world.take(step);
      const auto after = world.state().suppressions;
      if (!is_crm_step(step.what)) continue;
      for (const auto& [address, suppressions] : before) {
        const auto now = after.find(address);
        for (const auto& no : kept(suppressions)) RC_ASSERT((now != after.end() && now->second.contains(no)));
      }
    }
  }));
}

TEST_CASE("invariant 2: pushes") {
  CHECK(rc::check("none has a local-only reason, and none is lost", [] {
    const Settings settings = *any_settings();
    World world(settings);
    for (const auto& step : *any_history()) world.take(step);
    world.settle();
    for (const auto& push : world.outbox()) {
      RC_ASSERT(!push.open());
      RC_ASSERT(
          (push.reason == Reason::contact || push.reason == Reason::manual || push.reason == Reason::spam_complaint));
    }
    // The CRM knows of everybody who said no here, unless it took that back (a conflict).
    for (int record = 0; record < kRecords; ++record) {
      const std::string address = address_of(world.crm(), record);
      const auto since = world.no_to_push_since(address);
      if (!since || !live(world.crm(), record) || settings.push[record / 2] == 0) continue;
      RC_ASSERT((world.crm().truth(record).opted_out == true || world.in_conflict(record) ||
                 was_told(world, record, address, *since)));
    }
  }));
  CHECK(rc::check("nobody is mailed whom the CRM says not to mail", [] {
    World world(*any_settings());
    for (const auto& step : *any_history()) world.take(step);
    world.settle();
    const auto reasons = world.reasons();
    for (int record = 0; record < kRecords; ++record) {
      const std::string address = address_of(world.crm(), record);
      if (!live(world.crm(), record) || address.empty() || world.crm().truth(record).opted_out != true) continue;
      RC_ASSERT(reasons.contains(address));
    }
  }));
}

TEST_CASE("invariant 3: replays and crashes change nothing") {
  CHECK(rc::check("a world where everything happens twice or half and again ends in the same state", [] {
    const Settings settings = *any_settings();
    World careful(settings);
    World clumsy(settings, true);
    for (const auto& step : *any_history()) {
      careful.take(step);
      clumsy.take(step);
      RC_ASSERT(careful.state() == clumsy.state());
    }
    RC_ASSERT(careful.outbox().size() == clumsy.outbox().size());
  }));
}

namespace {

// Two records of Ann in two connections or one; what each says, in its order.
RemoteRecord any_row(int record, int number) {
  const int kind = *rc::gen::inRange(0, 5);
  RemoteRecord row{id_of(record), "ann@example.com", "", std::nullopt, 1000 + number, kind == 4, {}, ""};
  if (kind < 3) row.opted_out = kind != 0;
  return row;
}

}  // namespace

TEST_CASE("invariant 4: two records of one contact in any order give the same state") {
  CHECK(rc::check("confluence", [] {
    const Settings settings = *any_settings();
    const int other = *rc::gen::element(1, 2);
    std::vector<std::pair<int, RemoteRecord>> first;
    const int rows = *rc::gen::inRange(1, 8);
    for (int i = 0; i < rows; ++i) {
      const int record = *rc::gen::element(0, other);
      first.emplace_back(record, any_row(record, i));
    }
    auto second = first;
    std::stable_partition(second.begin(), second.end(), [](const auto& row) { return row.first != 0; });
    World one(settings);
    World two(settings);
    if (*rc::gen::arbitrary<bool>())
      for (World* world : {&one, &two}) world->add_by_hand("ann@example.com", Reason::contact);
    for (const auto& [record, row] : first) one.receive(record, row);
    for (const auto& [record, row] : second) two.receive(record, row);
    RC_ASSERT(one.state() == two.state());
    RC_ASSERT(one.outbox().size() == two.outbox().size());
  }));
}

TEST_CASE("invariant 5: every change has one audit entry") {
  CHECK(rc::check("every effect of a decision is one, and the state can be rebuilt", [] {
    World world(*any_settings());
    for (const auto& step : *any_history()) world.take(step);
    RC_ASSERT(world.complaints().empty());
    RC_ASSERT(rebuilt(world.audit()) == world.state().suppressions);
  }));
}
