// Any sequence of requests, lanes, news from the server, pauses and jumps of the clock, checked against a list of what
// went when.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <vector>

#include "connectors/http/rate_limiter.h"

using namespace crmsync::connectors::http;
using namespace std::chrono;

namespace {

struct Limits {
  int requests;
  milliseconds per;
  int burst;
};

Limits any_limits() {
  Limits limits;
  limits.requests = *rc::gen::inRange(1, 12);
  limits.per = milliseconds(*rc::gen::inRange(1, 3000));
  limits.burst = *rc::gen::inRange(1, 20);
  return limits;
}

// No window [t, t + per) may hold more than `requests`.
void check_windows(const std::vector<TimePoint>& taken, std::size_t requests, milliseconds per) {
  for (std::size_t i = requests; i < taken.size(); ++i) RC_ASSERT(taken[i] - taken[i - requests] >= per);
}

class World {
 public:
  World() : common(any_limits()), search(any_limits()), limiter({double(common.requests), common.per}, common.burst) {
    limiter.set_lane("search", {double(search.requests), search.per}, search.burst);
  }

  void pass(nanoseconds time) { now += time; }

  // Asks again when told to, or earlier: impatience must not pay.
  void ask() {
    const bool in_search = *rc::gen::arbitrary<bool>();
    const auto later = limiter.take(in_search ? "search" : "", now);
    if (later) {
      RC_ASSERT(*later > now);
      if (*rc::gen::arbitrary<bool>()) now = *later;
      return;
    }
    RC_ASSERT(now >= paused_until);
    all.push_back(now);
    if (in_search) searches.push_back(now);
    if (told) since_told.push_back(now);
  }

  void pause() {
    paused_until = std::max(paused_until, now + milliseconds(*rc::gen::inRange(0, 5000)));
    limiter.pause_until(paused_until);
  }

  // The first news only: how many may go in a window is then known for all that follows.
  void learn() {
    if (told) return;
    told = any_limits();
    limiter.learn({double(told->requests), told->per});
  }

  void check() const {
    check_windows(all, common.requests, common.per);
    check_windows(searches, search.requests, search.per);
    if (told) check_windows(since_told, told->requests, told->per);
  }

  Limits common, search;
  RateLimiter limiter;
  TimePoint now{hours(1)}, paused_until{};
  std::optional<Limits> told;
  std::vector<TimePoint> all, searches, since_told;
};

}  // namespace

TEST_CASE("never more than the limit in any window, in every lane, whatever happens") {
  CHECK(rc::check([] {
    World world;
    const int steps = *rc::gen::inRange(1, 200);
    for (int step = 0; step < steps; ++step) {
      switch (*rc::gen::weightedElement<int>({{12, 0}, {4, 1}, {1, 2}, {1, 3}, {2, 4}})) {
        case 0: world.ask(); break;
        case 1: world.pass(microseconds(*rc::gen::inRange(0, 2'000'000))); break;
        case 2: world.pause(); break;
        case 3: world.learn(); break;
        default: world.limiter.learn_remaining(*rc::gen::inRange(-1, 15), world.now); break;
      }
    }
    world.check();
  }));
}

TEST_CASE("whoever asks again when told to gets through at the first try, and nobody waits longer than a window") {
  CHECK(rc::check([] {
    World world;
    for (int i = 0; i < 60; ++i) {
      const auto later = world.limiter.take("search", world.now);
      if (!later) continue;
      const auto most = std::max(world.common.per, world.search.per) * std::max(world.common.burst, 1);
      RC_ASSERT(*later - world.now <= most + 1ms);
      world.now = *later;
      RC_ASSERT(!world.limiter.take("search", world.now));
    }
  }));
}

TEST_CASE("a clock that goes back makes no wait longer") {
  CHECK(rc::check([] {
    World world;
    const int before = *rc::gen::inRange(0, 30);
    for (int i = 0; i < before; ++i) world.limiter.take("search", world.now);
    const auto later = world.limiter.take("search", world.now);
    if (!later) return;
    const nanoseconds back = seconds(*rc::gen::inRange(1, 3000));
    const auto after = world.limiter.take("search", world.now - back);
    RC_ASSERT(after.has_value());
    RC_ASSERT(*after - (world.now - back) == *later - world.now);
  }));
}
