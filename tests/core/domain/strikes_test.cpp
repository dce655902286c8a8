#include "core/domain/strikes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace crmsync::domain;

namespace {

constexpr Millis kStart = 20'000 * kDay;  // midnight, UTC

Millis day(int n, Millis offset = 9 * kHour) { return kStart + n * kDay + offset; }

std::vector<DeliveryEvent> on_days(EventType type, std::vector<int> days) {
  std::vector<DeliveryEvent> events;
  for (const int n : days) events.push_back({type, day(n)});
  return events;
}

// The rules of a counted reason, for one type of event.
void count(EventType type, Reason reason) {
  StrikeRules rules;
  CHECK(rules.window == 90 * kDay);
  CHECK(rules.needed_for(reason) == 3);
  SUBCASE("two are not enough") { CHECK_FALSE(suppressed_since(reason, on_days(type, {0, 1}), rules)); }
  SUBCASE("three are, since the third") {
    CHECK(suppressed_since(reason, on_days(type, {0, 1, 5}), rules) == day(5));
    CHECK(suppressed_since(reason, on_days(type, {0, 1, 5, 6}), rules) == day(5));
  }
  SUBCASE("the order in which they are told does not matter") {
    CHECK(suppressed_since(reason, on_days(type, {5, 0, 1}), rules) == day(5));
  }
  SUBCASE("at most one a UTC day") {
    auto events = on_days(type, {0, 1});
    events.push_back({type, day(1, 23 * kHour)});
    events.push_back({type, day(0, 0)});
    CHECK_FALSE(suppressed_since(reason, events, rules));
    events.push_back({type, day(2, 0)});
    CHECK(suppressed_since(reason, events, rules) == day(2, 0));
  }
  SUBCASE("a day is a calendar day, not 24 hours") {
    const std::vector<DeliveryEvent> events{{type, day(0, kDay - 1)}, {type, day(1, 0)}, {type, day(2, 0)}};
    CHECK(suppressed_since(reason, events, rules) == day(2, 0));
  }
  SUBCASE("a delivery resets them") {
    auto events = on_days(type, {0, 1, 3});
    events.push_back({EventType::delivered, day(2)});
    CHECK_FALSE(suppressed_since(reason, events, rules));
    events.push_back({type, day(4)});
    events.push_back({type, day(5)});
    CHECK(suppressed_since(reason, events, rules) == day(5));
  }
  SUBCASE("a delivery after the third does not undo it") {
    auto events = on_days(type, {0, 1, 2});
    events.push_back({EventType::delivered, day(3)});
    CHECK(suppressed_since(reason, events, rules) == day(2));
  }
  SUBCASE("a delivery at the same moment comes first") {
    auto events = on_days(type, {0, 1, 2});
    events.push_back({EventType::delivered, day(0)});
    CHECK(suppressed_since(reason, events, rules) == day(2));
  }
  SUBCASE("a strike older than the window does not count") {
    CHECK_FALSE(suppressed_since(reason, on_days(type, {0, 50, 91}), rules));
    CHECK(suppressed_since(reason, on_days(type, {0, 50, 90}), rules) == day(90));
    CHECK(suppressed_since(reason, on_days(type, {0, 50, 91, 92}), rules) == day(92));
  }
  SUBCASE("the window is configurable") {
    rules.window = 2 * kDay;
    CHECK_FALSE(suppressed_since(reason, on_days(type, {0, 1, 3}), rules));
    CHECK(suppressed_since(reason, on_days(type, {1, 2, 3}), rules) == day(3));
  }
  SUBCASE("the count is configurable") {
    rules.needed[static_cast<std::size_t>(reason)] = 2;
    CHECK(suppressed_since(reason, on_days(type, {0, 1}), rules) == day(1));
  }
  SUBCASE("strikes before the last lift are spent") {
    CHECK_FALSE(suppressed_since(reason, on_days(type, {0, 1, 2}), rules, day(0)));
    CHECK_FALSE(suppressed_since(reason, on_days(type, {0, 1, 2, 3}), rules, day(1)));
    CHECK(suppressed_since(reason, on_days(type, {0, 1, 2, 3}), rules, day(0)) == day(3));
  }
  SUBCASE("other kinds of failure do not add up") {
    auto events = on_days(type, {0, 1});
    const auto other = reason == Reason::blocked ? EventType::soft_bounce : EventType::blocked;
    events.push_back({other, day(2)});
    events.push_back({EventType::hard_bounce, day(2)});
    CHECK_FALSE(suppressed_since(reason, events, rules));
  }
}

}  // namespace

TEST_CASE("what an event counts towards") {
  CHECK_FALSE(reason_of(EventType::delivered));
  CHECK(reason_of(EventType::hard_bounce) == Reason::hard_bounce);
  CHECK(reason_of(EventType::soft_bounce) == Reason::soft_bounce);
  CHECK(reason_of(EventType::blocked) == Reason::blocked);
  CHECK(reason_of(EventType::deferral) == Reason::deferral);
  CHECK(reason_of(EventType::out_of_office) == Reason::deferral);
  CHECK(reason_of(EventType::spam_complaint) == Reason::spam_complaint);
  CHECK(reason_of(EventType::unsubscribe) == Reason::contact);
  CHECK(reason_of(EventType::failed_validation) == Reason::failed_validation);
}

TEST_CASE("names of events") {
  const std::vector<std::string_view> names{"delivered",      "hard_bounce", "soft_bounce",
                                            "blocked",        "deferral",    "out_of_office",
                                            "spam_complaint", "unsubscribe", "failed_validation"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(to_string(static_cast<EventType>(i)) == names[i]);
    CHECK(parse_event_type(names[i]) == static_cast<EventType>(i));
  }
  CHECK_FALSE(parse_event_type("bounce"));
}

TEST_CASE("one is enough for everything that is not counted") {
  const StrikeRules rules;
  for (const auto type :
       {EventType::hard_bounce, EventType::spam_complaint, EventType::unsubscribe, EventType::failed_validation}) {
    CHECK(suppressed_since(*reason_of(type), on_days(type, {0}), rules) == day(0));
    auto delivered_later = on_days(type, {0});
    delivered_later.push_back({EventType::delivered, day(1)});
    CHECK(suppressed_since(*reason_of(type), delivered_later, rules) == day(0));
  }
}

TEST_CASE("strikes") {
  const StrikeRules rules;
  SUBCASE("soft_bounce") { count(EventType::soft_bounce, Reason::soft_bounce); }
  SUBCASE("blocked") { count(EventType::blocked, Reason::blocked); }
  SUBCASE("deferral") { count(EventType::deferral, Reason::deferral); }
  SUBCASE("out_of_office") { count(EventType::out_of_office, Reason::deferral); }
  SUBCASE("a deferral and an out-of-office reply add up") {
    auto events = on_days(EventType::deferral, {0, 1});
    events.push_back({EventType::out_of_office, day(2)});
    CHECK(suppressed_since(Reason::deferral, events, rules) == day(2));
  }
}

TEST_CASE("a deferral ends by itself, nothing else does") {
  StrikeRules rules;
  for (const auto& row : all_reasons()) {
    const auto end = ends_at(row.reason, day(0), rules);
    if (row.reason == Reason::deferral)
      CHECK(end == day(14));
    else
      CHECK_FALSE(end);
  }
  SUBCASE("after a time that is configurable") {
    rules.deferral_ends_after = 3 * kDay;
    CHECK(ends_at(Reason::deferral, day(0), rules) == day(3));
  }
}

TEST_CASE("no events, no suppression") {
  for (const auto& row : all_reasons()) CHECK_FALSE(suppressed_since(row.reason, {}, StrikeRules()));
}
