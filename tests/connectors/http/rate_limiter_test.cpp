#include "connectors/http/rate_limiter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

using namespace crmsync::connectors::http;
using namespace std::chrono;

namespace {

const TimePoint kStart{hours(1)};

// Takes as fast as it is let, from `now` on, until `end`; returns when.
std::vector<TimePoint> drain(RateLimiter& limiter, std::string_view lane, TimePoint now, TimePoint end) {
  std::vector<TimePoint> taken;
  while (now < end) {
    if (const auto later = limiter.take(lane, now)) {
      REQUIRE(*later > now);
      now = *later;
    } else {
      taken.push_back(now);
    }
  }
  return taken;
}

std::size_t at_once(RateLimiter& limiter, std::string_view lane, TimePoint now) {
  std::size_t count = 0;
  while (!limiter.take(lane, now)) ++count;
  return count;
}

}  // namespace

TEST_CASE("the common limit") {
  SUBCASE("without a burst, requests are spread evenly") {
    RateLimiter limiter({10, 1000ms});
    const auto taken = drain(limiter, "", kStart, kStart + 1s);
    REQUIRE(taken.size() == 10);
    for (std::size_t i = 0; i < taken.size(); ++i) CHECK(taken[i] == kStart + 100ms * i);
  }
  SUBCASE("a burst goes at once, and counts against the window") {
    RateLimiter limiter({10, 1000ms}, 10);
    CHECK(at_once(limiter, "", kStart) == 10);
    CHECK(limiter.take("", kStart) == kStart + 1s);
    CHECK(at_once(limiter, "", kStart + 1s) == 10);
  }
  SUBCASE("all of the allowed rate is used, whatever the burst") {
    for (const double burst : {1.0, 7.0, 190.0, 1000.0}) {
      CAPTURE(burst);
      RateLimiter limiter({190, 10'000ms}, burst);
      const auto taken = drain(limiter, "", kStart, kStart + 100s);
      CHECK(taken.size() >= 1890);
      CHECK(taken.size() <= 1900);
    }
  }
  SUBCASE("what is not used is not saved beyond the burst") {
    RateLimiter limiter({10, 1000ms}, 3);
    CHECK(at_once(limiter, "", kStart + hours(5)) == 3);
  }
  SUBCASE("less than one request in its time") {
    RateLimiter limiter({0.5, 1000ms});
    CHECK_FALSE(limiter.take("", kStart));
    CHECK(limiter.take("", kStart) == kStart + 2s);
  }
  SUBCASE("a limit that makes no sense is one request a second") {
    for (const double requests : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
      RateLimiter limiter({requests, 1000ms});
      CHECK_FALSE(limiter.take("", kStart));
      CHECK(limiter.take("", kStart) == kStart + 1s);
    }
  }
  SUBCASE("a rate too high to be counted is kept on average") {
    RateLimiter limiter({100'000, 1000ms});
    const auto taken = drain(limiter, "", kStart, kStart + 1s);
    CHECK(taken.size() == 100'000);
  }
}

TEST_CASE("lanes") {
  RateLimiter limiter({10, 1000ms}, 10);
  limiter.set_lane("search", {4, 1000ms}, 4);
  SUBCASE("a lane has its own, lower limit") {
    CHECK(at_once(limiter, "search", kStart) == 4);
    CHECK(limiter.take("search", kStart) == kStart + 1s);
  }
  SUBCASE("it counts against the common limit, too") {
    CHECK(at_once(limiter, "search", kStart) == 4);
    CHECK(at_once(limiter, "", kStart) == 6);
  }
  SUBCASE("where the common limit is reached the lane keeps its token") {
    CHECK(at_once(limiter, "", kStart) == 10);
    CHECK(limiter.take("search", kStart));
    CHECK(at_once(limiter, "search", kStart + 1s) == 4);
  }
  SUBCASE("a full lane takes nothing from the others") {
    CHECK(at_once(limiter, "search", kStart) == 4);
    for (int i = 0; i < 100; ++i) CHECK(limiter.take("search", kStart));
    CHECK(at_once(limiter, "", kStart) == 6);
  }
  SUBCASE("a lane nobody set has the common limit") { CHECK(at_once(limiter, "else", kStart) == 10); }
  SUBCASE("a lane set again has its new limit") {
    limiter.set_lane("search", {2, 1000ms}, 2);
    CHECK(at_once(limiter, "search", kStart) == 2);
  }
}

TEST_CASE("learning the rate") {
  RateLimiter limiter({10, 1000ms}, 10);
  SUBCASE("a lower one counts from now on") {
    limiter.learn({5, 1000ms});
    CHECK(at_once(limiter, "", kStart) == 5);
    CHECK(limiter.take("", kStart) == kStart + 1s);
  }
  SUBCASE("a higher one does not lift ours") {
    limiter.learn({100, 1000ms});
    CHECK(at_once(limiter, "", kStart) == 10);
  }
  SUBCASE("one in other words is understood: 20 in 10 seconds are fewer") {
    limiter.learn({20, 10'000ms});
    CHECK(drain(limiter, "", kStart, kStart + 10s).size() == 20);
  }
  SUBCASE("what was told first is forgotten when told again") {
    limiter.learn({1, 1000ms});
    limiter.learn({8, 1000ms});
    CHECK(at_once(limiter, "", kStart) == 8);
  }
  SUBCASE("nonsense is not learned") {
    limiter.learn({0, 1000ms});
    limiter.learn({-5, 1000ms});
    limiter.learn({5, 0ms});
    limiter.learn({std::numeric_limits<double>::infinity(), 1000ms});
    CHECK(at_once(limiter, "", kStart) == 10);
  }
}

TEST_CASE("learning what is left") {
  RateLimiter limiter({10, 1000ms}, 10);
  SUBCASE("others used the account: only so many go until their requests are old") {
    limiter.learn_remaining(3, kStart);
    CHECK(at_once(limiter, "", kStart) == 3);
    CHECK(limiter.take("", kStart) == kStart + 1s);
  }
  SUBCASE("nothing left") {
    limiter.learn_remaining(0, kStart);
    CHECK(limiter.take("", kStart) == kStart + 1s);
  }
  SUBCASE("our own requests are not counted twice") {
    REQUIRE(at_once(limiter, "", kStart) == 10);
    limiter.learn_remaining(0, kStart + 900ms);
    CHECK_FALSE(limiter.take("", kStart + 1s));
  }
  SUBCASE("more left than we believe changes nothing") {
    for (int i = 0; i < 8; ++i) REQUIRE_FALSE(limiter.take("", kStart));
    limiter.learn_remaining(10, kStart);
    CHECK(at_once(limiter, "", kStart) == 2);
  }
  SUBCASE("it is understood against the told rate: 15 of 20 left are 5 used") {
    limiter.learn({20, 1000ms});
    limiter.learn_remaining(15, kStart);
    CHECK(at_once(limiter, "", kStart) == 5);
  }
  SUBCASE("nonsense is not believed") {
    limiter.learn_remaining(std::numeric_limits<double>::quiet_NaN(), kStart);
    CHECK(at_once(limiter, "", kStart) == 10);
    limiter.learn_remaining(-7, kStart);
    CHECK(limiter.take("", kStart) == kStart + 1s);
  }
}

TEST_CASE("pausing") {
  RateLimiter limiter({10, 1000ms}, 10);
  limiter.set_lane("search", {4, 1000ms}, 4);
  SUBCASE("nobody sends before that, in no lane") {
    limiter.pause_until(kStart + 30s);
    CHECK(limiter.take("", kStart) == kStart + 30s);
    CHECK(limiter.take("search", kStart + 29s) == kStart + 30s);
    CHECK_FALSE(limiter.take("search", kStart + 30s));
  }
  SUBCASE("the longest pause counts") {
    limiter.pause_until(kStart + 30s);
    limiter.pause_until(kStart + 5s);
    CHECK(limiter.take("", kStart) == kStart + 30s);
  }
}

TEST_CASE("a clock that jumps") {
  RateLimiter limiter({10, 1000ms}, 2);
  REQUIRE(at_once(limiter, "", kStart) == 2);
  SUBCASE("ahead: no more than the burst goes") { CHECK(at_once(limiter, "", kStart + hours(1000)) == 2); }
  SUBCASE("back: waits are as long as they were") {
    CHECK(limiter.take("", kStart - 30min) == kStart - 30min + 100ms);
    CHECK_FALSE(limiter.take("", kStart - 30min + 100ms));
  }
  SUBCASE("back in a pause: the rest of the pause counts") {
    limiter.pause_until(kStart + 10s);
    CHECK(limiter.take("", kStart - 5s) == kStart + 5s);
  }
}
