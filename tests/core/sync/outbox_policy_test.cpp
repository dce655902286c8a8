#include "core/sync/outbox_policy.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <random>

using namespace crmsync;
using namespace std::chrono_literals;
using domain::kHour;
using domain::Millis;
using sync::Lateness;
using sync::PushNext;
using sync::PushOutcome;
using sync::PushProgress;

namespace {

constexpr Millis kNow = 1'700'000'000'000;

PushProgress push(int attempts = 0, Millis age = 0) {
  return {PushNext::pending, attempts, kNow - age, kNow - age + 48 * kHour};
}

sync::PushVerdict failed(const PushProgress& p, ErrorKind kind,
                         std::optional<std::chrono::milliseconds> told = std::nullopt) {
  return sync::after_attempt(p, PushOutcome::failed, Error(kind, "no", told), kNow, 0.5);
}

}  // namespace

TEST_CASE("what becomes of a push after an attempt") {
  SUBCASE("the CRM confirms it: done") {
    const auto verdict = sync::after_attempt(push(2), PushOutcome::acknowledged, std::nullopt, kNow, 0.5);
    CHECK(verdict == sync::PushVerdict{PushNext::acknowledged, 3, kNow, false, false});
  }
  SUBCASE("the CRM takes it: until the deadline it has to be read back") {
    const auto verdict = sync::after_attempt(push(), PushOutcome::accepted, std::nullopt, kNow, 0.5);
    CHECK(verdict == sync::PushVerdict{PushNext::sent, 1, kNow + 48 * kHour, false, false});
  }
  SUBCASE("the CRM takes it late: there is still time to read it back") {
    const auto verdict = sync::after_attempt(push(9, 50 * kHour), PushOutcome::accepted, std::nullopt, kNow, 0.5);
    CHECK(verdict.next_at == kNow + 24 * kHour);
  }
  SUBCASE("the CRM refuses this record: dead at once") {
    for (const auto kind : {ErrorKind::rejected, ErrorKind::not_found}) {
      const auto verdict = failed(push(), kind);
      CHECK(verdict.next == PushNext::dead);
      CHECK(verdict.attempts == 1);
      CHECK_FALSE(verdict.stop_connection);
    }
  }
  SUBCASE("what may pass is tried again, later each time") {
    for (const auto kind : {ErrorKind::transient, ErrorKind::protocol, ErrorKind::stale}) {
      Millis last = 0;
      for (int attempts = 0; attempts < 8; ++attempts) {
        const auto verdict = failed(push(attempts), kind);
        CHECK(verdict.next == PushNext::pending);
        CHECK(verdict.attempts == attempts + 1);
        CHECK(verdict.next_at - kNow > last);
        last = verdict.next_at - kNow;
      }
    }
  }
  SUBCASE("a failure without a cause counts as one that may pass") {
    CHECK(sync::after_attempt(push(), PushOutcome::failed, std::nullopt, kNow, 0.5) ==
          failed(push(), ErrorKind::transient));
  }
  SUBCASE("dead only when both the attempts and the deadline are used up") {
    CHECK(failed(push(100, kHour), ErrorKind::transient).next == PushNext::pending);
    CHECK(failed(push(3, 72 * kHour), ErrorKind::transient).next == PushNext::pending);
    CHECK(failed(push(6, 48 * kHour), ErrorKind::transient).next == PushNext::pending);
    CHECK(failed(push(7, 48 * kHour), ErrorKind::transient).next == PushNext::dead);
    CHECK(failed(push(7, 48 * kHour - 1), ErrorKind::transient).next == PushNext::pending);
  }
  SUBCASE("wrong credentials stop the connection and cost the push nothing, however long it takes") {
    for (const auto kind : {ErrorKind::unauthorized, ErrorKind::config}) {
      const auto verdict = failed(push(50, 500 * kHour), kind);
      CHECK(verdict.next == PushNext::pending);
      CHECK(verdict.stop_connection);
      CHECK(verdict.attempts == 50);
      CHECK(verdict.next_at > kNow);
    }
  }
  SUBCASE("a rate limit waits exactly as told, for every push of the connection, and costs nothing") {
    const auto verdict = failed(push(50, 500 * kHour), ErrorKind::rate_limited, 90s);
    CHECK(verdict == sync::PushVerdict{PushNext::pending, 50, kNow + 90'000, false, true});
    const auto untold = failed(push(), ErrorKind::rate_limited);
    CHECK(untold.next_at > kNow);
    CHECK_FALSE(untold.pause_connection);
  }
  SUBCASE("cancelled is as if it had not been tried") {
    CHECK(failed(push(3), ErrorKind::cancelled) == sync::PushVerdict{PushNext::pending, 3, kNow, false, false});
  }
}

TEST_CASE("what else settles a push") {
  auto sent = push(1);
  sent.state = PushNext::sent;
  SUBCASE("read back as it should be") { CHECK(sync::after_read_back(sent, kNow).next == PushNext::acknowledged); }
  SUBCASE("not read back in time") { CHECK(sync::after_waiting(sent, kNow).next == PushNext::dead); }
  SUBCASE("overtaken") { CHECK(sync::after_superseding(sent, kNow).next == PushNext::superseded); }
  SUBCASE("what is settled stays settled") {
    for (const auto state : {PushNext::acknowledged, PushNext::dead, PushNext::superseded}) {
      auto done = push(1);
      done.state = state;
      CHECK(sync::after_read_back(done, kNow).next == state);
      CHECK(sync::after_waiting(done, kNow).next == state);
      CHECK(sync::after_superseding(done, kNow).next == state);
      CHECK(sync::after_attempt(done, PushOutcome::accepted, std::nullopt, kNow, 0).next == state);
      CHECK(sync::after_attempt(done, PushOutcome::failed, std::nullopt, kNow, 0).attempts == 1);
    }
  }
}

TEST_CASE("how late a push is") {
  SUBCASE("on time, warned, overdue") {
    CHECK(sync::lateness(push(0, 12 * kHour - 1), kNow) == Lateness::on_time);
    CHECK(sync::lateness(push(0, 12 * kHour), kNow) == Lateness::warned);
    CHECK(sync::lateness(push(0, 48 * kHour - 1), kNow) == Lateness::warned);
    CHECK(sync::lateness(push(0, 48 * kHour), kNow) == Lateness::overdue);
  }
  SUBCASE("waiting to be read back and dead count; confirmed and superseded do not") {
    auto old = push(1, 60 * kHour);
    for (const auto state : {PushNext::pending, PushNext::sent, PushNext::dead}) {
      old.state = state;
      CHECK(sync::lateness(old, kNow) == Lateness::overdue);
    }
    for (const auto state : {PushNext::acknowledged, PushNext::superseded}) {
      old.state = state;
      CHECK(sync::lateness(old, kNow) == Lateness::on_time);
    }
  }
  SUBCASE("a clock that was set back makes nothing older than it is") {
    CHECK(sync::age(push(0, -kHour), kNow) == 0);
    CHECK(sync::lateness(push(0, -kHour), kNow) == Lateness::on_time);
  }
  SUBCASE("the sum of a connection") {
    sync::OutboxHealth health;
    health.add(push(0, kHour), kNow);
    health.add(push(0, 13 * kHour), kNow);
    health.add(push(0, 49 * kHour), kNow);
    auto done = push(0, 90 * kHour);
    done.state = PushNext::acknowledged;
    health.add(done, kNow);
    CHECK(health == sync::OutboxHealth{1, 1, 49 * kHour});
  }
}

TEST_CASE("no push is lost") {
  const bool held = rc::check("any failures: it ends, and not before its time", [](std::uint32_t seed) {
    constexpr ErrorKind kinds[] = {ErrorKind::transient,    ErrorKind::protocol,     ErrorKind::stale,
                                   ErrorKind::rate_limited, ErrorKind::unauthorized, ErrorKind::cancelled};
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> random(0, 1);
    auto p = push();
    Millis now = kNow;
    int counted = 0;
    for (int i = 0; i < 2000 && p.state == PushNext::pending; ++i) {
      // The connection is repaired in the end: later on only the push itself fails.
      const ErrorKind kind = kinds[generator() % (i < 100 ? 6 : 3)];
      const auto verdict = sync::after_attempt(p, PushOutcome::failed, Error(kind, "no"), now, random(generator));
      const bool counts =
          sync::concern_of(kind) == sync::Concern::run || kind == ErrorKind::transient || kind == ErrorKind::stale;
      RC_ASSERT(verdict.next_at >= now);
      RC_ASSERT(verdict.next == PushNext::pending || verdict.next == PushNext::dead);
      RC_ASSERT(verdict.attempts == p.attempts + (counts ? 1 : 0));
      counted += counts;
      p.attempts = verdict.attempts, p.state = verdict.next;
      if (p.state == PushNext::dead) RC_ASSERT(now >= p.deadline_at);
      now = verdict.next_at;
    }
    RC_ASSERT(p.state == PushNext::dead);
    RC_ASSERT(counted >= 8);
  });
  CHECK(held);
}
