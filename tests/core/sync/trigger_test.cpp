#include "core/sync/trigger.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace std::chrono_literals;
using domain::kDay;
using domain::kHour;
using domain::kMinute;
using sync::Cause;
using sync::Steady;
using sync::Trigger;
using sync::TriggerSettings;
using sync::Wanted;

namespace {

constexpr domain::Millis kWall = 1'700'000'000'000;
constexpr Steady kStart = 1000h;
constexpr TriggerSettings kSettings{5min, 24h, 0.1, {}};
constexpr Wanted kPoll{false, Cause::schedule};
constexpr Wanted kFullPoll{true, Cause::schedule};
constexpr Wanted kSignal{false, Cause::signal};
constexpr Wanted kFullApi{true, Cause::api};

Trigger after_restart(std::optional<domain::Millis> poll_ago, std::optional<domain::Millis> full_ago,
                      double random = 0) {
  sync::LastRuns last;
  if (poll_ago) last.poll_at = kWall - *poll_ago;
  if (full_ago) last.full_at = kWall - *full_ago;
  return {kSettings, {kStart, kWall}, last, random};
}

// Polled and read in full just now: nothing is due for five minutes.
Trigger fresh() { return after_restart(0, 0); }

void run(Trigger& trigger, Steady at, const std::optional<Error>& error = std::nullopt, double random = 0.5) {
  const auto wanted = trigger.due(at);
  REQUIRE(wanted);
  trigger.started(*wanted);
  trigger.finished(at, wanted->full && !error, error, random);
}

const Error kTransient(ErrorKind::transient, "no");
const Error kUnauthorized(ErrorKind::unauthorized, "no");

}  // namespace

TEST_CASE("after a start") {
  SUBCASE("a connection without a past is read at once and in full") {
    CHECK(after_restart(std::nullopt, std::nullopt).due(kStart) == kFullPoll);
  }
  SUBCASE("the schedule goes on where it was") {
    const auto trigger = after_restart(2 * kMinute, kHour);
    CHECK_FALSE(trigger.due(kStart));
    CHECK(trigger.next_at() == kStart + 3min);
    CHECK_FALSE(trigger.due(kStart + 3min - 1ms));
    CHECK(trigger.due(kStart + 3min) == kPoll);
  }
  SUBCASE("with jitter") { CHECK(after_restart(2 * kMinute, kHour, 0.5).next_at() == kStart + 3min + 15s); }
  SUBCASE("what was missed is made up once") {
    auto trigger = after_restart(3 * kDay, 3 * kDay);
    CHECK(trigger.due(kStart) == kFullPoll);
    run(trigger, kStart);
    CHECK_FALSE(trigger.due(kStart));
    CHECK(trigger.next_at() >= kStart + 5min);
  }
  SUBCASE("a poll that is due is full only when that is due too") {
    CHECK(after_restart(kHour, kHour).due(kStart) == kPoll);
    CHECK(after_restart(kHour, 25 * kHour).due(kStart) == kFullPoll);
    CHECK(after_restart(kHour, std::nullopt).due(kStart) == kFullPoll);
  }
  SUBCASE("a wall clock set back by a year does not stop it: the first poll is at once, then the schedule") {
    auto trigger = after_restart(-365 * kDay, -365 * kDay);
    CHECK(trigger.due(kStart) == kFullPoll);
    run(trigger, kStart);
    CHECK(trigger.next_at() <= kStart + 6min);
  }
  SUBCASE("a wall clock set forward by a year makes one poll, not many") {
    auto trigger = after_restart(365 * kDay, 365 * kDay);
    run(trigger, kStart);
    CHECK_FALSE(trigger.due(kStart + 5min - 1ms));
  }
}

TEST_CASE("the schedule") {
  auto trigger = fresh();
  SUBCASE("jitter makes a run later by up to its share, never earlier") {
    run(trigger, kStart + 5min, std::nullopt, 0);
    CHECK(trigger.next_at() == kStart + 10min);
    run(trigger, kStart + 10min, std::nullopt, 0.999);
    CHECK(trigger.next_at() > kStart + 15min + 29s);
    CHECK(trigger.next_at() < kStart + 15min + 30s);
  }
  SUBCASE("the pause counts from the end of a run, however long it was") {
    trigger.started(*trigger.due(kStart + 5min));
    CHECK_FALSE(trigger.due(kStart + 3h));
    CHECK_FALSE(trigger.next_at());
    trigger.finished(kStart + 3h, false, std::nullopt, 0);
    CHECK(trigger.next_at() == kStart + 3h + 5min);
  }
  SUBCASE("a full sync is due after its own interval") {
    CHECK(trigger.due(kStart + 24h - 1ms) == kPoll);
    CHECK(trigger.due(kStart + 24h) == kFullPoll);
  }
  SUBCASE("a full sync that is in doubt comes again before its time, but not with every poll") {
    trigger.started(*trigger.due(kStart + 24h));
    trigger.finished(kStart + 24h, false, std::nullopt, 0);
    CHECK(trigger.due(kStart + 24h + 5min) == kPoll);
    CHECK(trigger.due(kStart + 30h) == kFullPoll);
  }
}

TEST_CASE("who asks for a run") {
  auto trigger = fresh();
  SUBCASE("gets it at once") {
    trigger.request(kSignal);
    CHECK(trigger.next_at() <= kStart);
    CHECK(trigger.due(kStart) == kSignal);
  }
  SUBCASE("gets it once") {
    trigger.request(kSignal);
    run(trigger, kStart);
    CHECK_FALSE(trigger.due(kStart));
  }
  SUBCASE("full wins over incremental, in any order") {
    for (const bool full_first : {true, false}) {
      auto t = fresh();
      t.request(full_first ? kFullApi : kSignal);
      t.request(full_first ? kSignal : kFullApi);
      CHECK(t.due(kStart) == kFullApi);
    }
  }
  SUBCASE("any number of them during a run make exactly one more after it") {
    trigger.request(kSignal);
    trigger.started(*trigger.due(kStart));
    for (int i = 0; i < 10; ++i) trigger.request(i == 4 ? kFullApi : kSignal);
    CHECK_FALSE(trigger.due(kStart + 1h));
    trigger.finished(kStart + 1h, false, std::nullopt, 0);
    CHECK(trigger.due(kStart + 1h) == kFullApi);
    run(trigger, kStart + 1h);
    CHECK_FALSE(trigger.due(kStart + 1h));
  }
  SUBCASE("more often than the schedule does not put off the full sync") {
    trigger.request(kSignal);
    CHECK(trigger.due(kStart + 25h) == Wanted{true, Cause::signal});
  }
}

TEST_CASE("after a failure") {
  auto trigger = fresh();
  SUBCASE("the connection backs off, longer each time, and a good run ends that") {
    Steady now = kStart + 5min;
    Steady last{0};
    for (int failures = 1; failures < 8; ++failures) {
      run(trigger, now, kTransient);
      CHECK(trigger.failures() == failures);
      CHECK(trigger.backing_off());
      CHECK(*trigger.next_at() - now > last);
      last = *trigger.next_at() - now;
      CHECK_FALSE(trigger.due(*trigger.next_at() - 1ms));
      now = *trigger.next_at();
    }
    run(trigger, now, std::nullopt, 0);
    CHECK(trigger.failures() == 0);
    CHECK_FALSE(trigger.backing_off());
    CHECK(trigger.next_at() == now + 5min);
  }
  SUBCASE("who asks does not wait for the backoff") {
    for (int i = 0; i < 20; ++i) run(trigger, *trigger.next_at(), kTransient, 0.999);
    const Steady now = *trigger.next_at() - 1min;
    CHECK_FALSE(trigger.due(now));
    trigger.request(kSignal);
    CHECK(trigger.due(now) == kSignal);
  }
  SUBCASE("what the CRM told is waited for even by who asks, and then made at once") {
    run(trigger, kStart + 5min, Error(ErrorKind::rate_limited, "no", 2h));
    trigger.request(kSignal);
    CHECK_FALSE(trigger.due(kStart + 5min + 2h - 1ms));
    CHECK(trigger.next_at() == kStart + 5min + 2h);
    CHECK(trigger.due(kStart + 5min + 2h) == kSignal);
  }
  SUBCASE("a rate limit without a time is backoff: who asks need not wait") {
    run(trigger, kStart + 5min, Error(ErrorKind::rate_limited, "no"));
    CHECK_FALSE(trigger.due(kStart + 5min));
    trigger.request(kSignal);
    CHECK(trigger.due(kStart + 5min) == kSignal);
  }
  SUBCASE("a full sync that failed is full when it is tried again") {
    trigger.request(kFullApi);
    run(trigger, kStart, kTransient);
    CHECK(trigger.due(*trigger.next_at()) == kFullPoll);
  }
  SUBCASE("a run that was cancelled is made again, without counting as a failure and without a storm") {
    trigger.request(kFullApi);
    run(trigger, kStart, Error(ErrorKind::cancelled, "no"));
    CHECK(trigger.failures() == 0);
    CHECK_FALSE(trigger.due(kStart));
    CHECK(*trigger.next_at() <= kStart + 10s);
    CHECK(trigger.due(*trigger.next_at()) == kFullPoll);
  }
}

TEST_CASE("wrong credentials") {
  auto trigger = fresh();
  run(trigger, kStart + 5min, kUnauthorized);
  REQUIRE(trigger.stopped());
  SUBCASE("stop the schedule") {
    CHECK_FALSE(trigger.due(kStart + 1000h));
    CHECK_FALSE(trigger.next_at());
    CHECK_FALSE(trigger.backing_off());
  }
  SUBCASE("who asks may try, and stops it again when nothing is better") {
    trigger.request(kSignal);
    run(trigger, kStart + 6min, kUnauthorized);
    CHECK(trigger.stopped());
    CHECK_FALSE(trigger.due(kStart + 1000h));
  }
  SUBCASE("a good run that was asked for brings the schedule back") {
    trigger.request(kSignal);
    run(trigger, kStart + 6min, std::nullopt, 0);
    CHECK_FALSE(trigger.stopped());
    CHECK(trigger.next_at() == kStart + 11min);
  }
  SUBCASE("a reload tries again at once") {
    trigger.reloaded(kSettings, kStart + 7min, 0);
    CHECK_FALSE(trigger.stopped());
    CHECK(trigger.due(kStart + 7min) == kPoll);
  }
}

TEST_CASE("a reload") {
  auto trigger = fresh();
  const TriggerSettings often{1min, 1h, 0, {}};
  SUBCASE("brings the next run closer when the interval is shorter, and leaves it when it is longer") {
    trigger.reloaded(often, kStart, 0);
    CHECK(trigger.next_at() == kStart + 1min);
    CHECK(trigger.due(kStart + 1h) == kFullPoll);
    trigger.reloaded(kSettings, kStart, 0);
    CHECK(trigger.next_at() == kStart + 1min);
  }
  SUBCASE("during a run keeps the run, and what was asked for") {
    trigger.request(kSignal);
    trigger.started(*trigger.due(kStart));
    trigger.request(kFullApi);
    trigger.reloaded(often, kStart, 0);
    CHECK(trigger.running());
    CHECK_FALSE(trigger.due(kStart + 1h));
    trigger.finished(kStart + 10s, false, std::nullopt, 0);
    CHECK(trigger.due(kStart + 10s) == kFullApi);
  }
  SUBCASE("keeps a wait that the CRM told") {
    run(trigger, kStart + 5min, Error(ErrorKind::rate_limited, "no", 2h));
    trigger.reloaded(often, kStart + 6min, 0);
    CHECK_FALSE(trigger.due(kStart + 6min));
    CHECK(trigger.next_at() == kStart + 5min + 2h);
  }
}

TEST_CASE("triggers are values") {
  CHECK(fresh() == fresh());
  auto other = fresh();
  other.request(kSignal);
  CHECK_FALSE(other == fresh());
}
