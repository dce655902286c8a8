#include "core/sync/retry.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <vector>

using namespace crmsync;
using namespace std::chrono_literals;
using sync::Backoff;
using sync::Concern;

namespace {

constexpr ErrorKind kKinds[] = {ErrorKind::unauthorized, ErrorKind::rate_limited, ErrorKind::transient,
                                ErrorKind::rejected,     ErrorKind::not_found,    ErrorKind::stale,
                                ErrorKind::protocol,     ErrorKind::config,       ErrorKind::cancelled};

sync::Reaction after(ErrorKind kind, std::optional<std::chrono::milliseconds> told = std::nullopt, int failures = 1,
                     double random = 0.5) {
  return sync::react(Error(kind, "no", told), failures, random, Backoff{2s, 15min});
}

}  // namespace

TEST_CASE("each kind of failure concerns what the table says") {
  const std::pair<ErrorKind, Concern> table[] = {
      {ErrorKind::unauthorized, Concern::connection},
      {ErrorKind::config, Concern::connection},
      {ErrorKind::rate_limited, Concern::request},
      {ErrorKind::transient, Concern::request},
      {ErrorKind::rejected, Concern::record},
      {ErrorKind::not_found, Concern::record},
      {ErrorKind::stale, Concern::record},
      {ErrorKind::protocol, Concern::run},
      {ErrorKind::cancelled, Concern::nobody},
  };
  CHECK(std::size(table) == std::size(kKinds));
  for (const auto& [kind, concern] : table) {
    CAPTURE(to_string(kind));
    CHECK(sync::concern_of(kind) == concern);
    CHECK(after(kind).concern == concern);
    CHECK(after(kind).stops() == (kind == ErrorKind::unauthorized || kind == ErrorKind::config));
  }
}

TEST_CASE("how long to wait") {
  SUBCASE("a rate limit waits exactly as told, however often it failed before") {
    for (const int failures : {1, 5, 50}) {
      const auto reaction = after(ErrorKind::rate_limited, 7s, failures);
      CHECK(reaction.wait == 7s);
      CHECK(reaction.told);
    }
    CHECK(after(ErrorKind::rate_limited, 3h).wait == 3h);
    CHECK(after(ErrorKind::rate_limited, 0s).wait == 0s);
  }
  SUBCASE("a rate limit without a time backs off") {
    CHECK(after(ErrorKind::rate_limited) == after(ErrorKind::transient));
    CHECK_FALSE(after(ErrorKind::rate_limited).told);
  }
  SUBCASE("a transient failure waits at least as long as told, and never counts as told") {
    CHECK(after(ErrorKind::transient, 1h).wait == 1h);
    CHECK(after(ErrorKind::transient, 1ms).wait == after(ErrorKind::transient).wait);
    CHECK_FALSE(after(ErrorKind::transient, 1h).told);
  }
  SUBCASE("nonsense from the CRM cannot overflow or go back in time") {
    CHECK(after(ErrorKind::rate_limited, std::chrono::milliseconds::max()).wait == sync::kLongestWait);
    CHECK(after(ErrorKind::rate_limited, -5s).wait == 0s);
    CHECK(after(ErrorKind::transient, std::chrono::milliseconds::max()).wait == sync::kLongestWait);
  }
  SUBCASE("who stops or was cancelled does not wait") {
    for (const auto kind : {ErrorKind::unauthorized, ErrorKind::config, ErrorKind::cancelled})
      CHECK(after(kind, 7s).wait == 0s);
  }
}

TEST_CASE("backoff doubles with full jitter") {
  const Backoff backoff{2s, 15min};
  SUBCASE("the bounds of the first failures") {
    const std::pair<int, std::chrono::milliseconds> most[] = {{1, 4s}, {2, 8s}, {3, 16s}, {8, 512s}, {9, 15min}};
    for (const auto& [failures, ceiling] : most) {
      CAPTURE(failures);
      CHECK(sync::backed_off(failures, 0, backoff) == 1s);
      const auto longest = sync::backed_off(failures, 0.999999, backoff);
      CHECK(longest <= ceiling);
      CHECK(longest > ceiling - 10ms);
    }
  }
  SUBCASE("any number of failures, any random number: between half the base and the most") {
    const bool held = rc::check("backoff stays in its bounds and grows with the random number", [](std::uint16_t n) {
      const int failures = n;
      const int base = *rc::gen::inRange(2, 100'000);
      const int most = *rc::gen::inRange(base, 10'000'000);
      const double random = *rc::gen::inRange(0, 1000) / 1000.0;
      const Backoff any{std::chrono::milliseconds(base), std::chrono::milliseconds(most)};
      const auto wait = sync::backed_off(failures, random, any);
      RC_ASSERT(wait >= any.base / 2);
      RC_ASSERT(wait <= any.most);
      RC_ASSERT(wait <= sync::backed_off(failures, random + 0.001, any));
      RC_ASSERT(wait <= sync::backed_off(failures + 1, random, any));
    });
    CHECK(held);
  }
  SUBCASE("a base above the most is cut, zero is not a busy loop") {
    CHECK(sync::backed_off(1, 0.5, Backoff{1h, 1min}) <= 1min);
    CHECK(sync::backed_off(9, 0.9, Backoff{0ms, 10s}) > 0ms);
  }
}
