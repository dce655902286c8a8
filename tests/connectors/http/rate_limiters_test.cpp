#include "connectors/http/rate_limiters.h"

#include <doctest/doctest.h>

#include <set>

using namespace crmsync::connectors::http;
using namespace std::chrono;

namespace {

const TimePoint kStart{hours(1)};
const Rate kRate{10, 1000ms};

// How many of `holders`, asking in turn as fast as they are let, may send from kStart on within that time.
std::size_t sent(const std::vector<std::shared_ptr<RateLimiter>>& holders, milliseconds within,
                 std::string_view lane = "") {
  std::size_t count = 0;
  for (TimePoint now = kStart; now < kStart + within; now += 1ms)
    for (const auto& holder : holders) count += !holder->take(lane, now);
  return count;
}

}  // namespace

TEST_CASE("connections to one account have one limit") {
  RateLimiters limiters;
  const auto one = limiters.join("a", kRate);
  SUBCASE("together they send no more than one of them might") {
    const auto two = limiters.join("a", kRate);
    CHECK(sent({one, two}, 10s) == 100);
  }
  SUBCASE("what one learns counts for all, and for who joins later") {
    one->learn({2, 1000ms});
    CHECK(sent({one, limiters.join("a", kRate)}, 10s) == 20);
  }
  SUBCASE("told to wait, all do") {
    one->pause_until(kStart + 30s);
    CHECK(limiters.join("a", kRate)->take("", kStart) == kStart + 30s);
  }
  SUBCASE("another account has its own") {
    one->pause_until(kStart + 30s);
    CHECK(sent({limiters.join("b", kRate)}, 10s) == 100);
  }
  SUBCASE("a lane is shared, too, and set up once") {
    int prepared = 0;
    const auto prepare = [&](RateLimiter& fresh) {
      fresh.set_lane("search", {5, 1000ms});
      ++prepared;
    };
    const auto three = limiters.join("c", kRate, prepare);
    const auto four = limiters.join("c", kRate, prepare);
    CHECK(sent({three, four}, 10s, "search") == 50);
    CHECK(prepared == 1);
  }
}

TEST_CASE("the slowest of all configured rates counts") {
  RateLimiters limiters;
  const auto fast = limiters.join("a", kRate);
  SUBCASE("whoever brings it") {
    const auto slow = limiters.join("a", {5, 1000ms});
    const auto middle = limiters.join("a", {7, 1000ms});
    CHECK(sent({fast, slow, middle}, 10s) == 50);
  }
  SUBCASE("in whatever words") {
    const auto slow = limiters.join("a", {40, 10'000ms});
    CHECK(sent({fast, slow}, 10s) == 40);
  }
  SUBCASE("for as long as its holder lives: a reload may raise it") {
    auto slow = limiters.join("a", {1, 1000ms});
    slow.reset();
    CHECK(sent({fast}, 10s) == 100);
  }
  SUBCASE("none that makes no sense is taken for fast") {
    const auto nonsense = limiters.join("a", {0, 0ms});
    CHECK(sent({fast, nonsense}, 10s) == 10);
  }
}

TEST_CASE("a limiter lives as long as somebody holds it") {
  RateLimiters limiters;
  auto before = limiters.join("a", kRate);
  before->pause_until(kStart + 30s);
  SUBCASE("a connection made anew while the old one lives goes on with what was learned") {
    const auto after = limiters.join("a", kRate);
    before.reset();
    CHECK(after->take("", kStart) == kStart + 30s);
    CHECK(limiters.join("a", kRate)->take("", kStart) == kStart + 30s);
  }
  SUBCASE("the next one after the last begins anew") {
    before.reset();
    CHECK_FALSE(limiters.join("a", kRate)->take("", kStart));
  }
  SUBCASE("nothing is kept of accounts that nobody has any more") {
    before.reset();
    for (int i = 0; i < 100; ++i) limiters.join("account " + std::to_string(i), kRate);
    CHECK(limiters.size() == 1);
  }
  SUBCASE("a holder may outlive the one who gave it") {
    auto giver = std::make_unique<RateLimiters>();
    const auto held = giver->join("a", kRate);
    giver.reset();
    CHECK(sent({held}, 10s) == 100);
  }
}

TEST_CASE("the name of an account") {
  SUBCASE("is the same for the same parts, and another for any others") {
    const std::set<std::string> keys{account_key({"hubspot", "a", "bc"}), account_key({"hubspot", "ab", "c"}),
                                     account_key({"hubspot", "a", "bd"}), account_key({"hubspot", "abc"}),
                                     account_key({"hubspot", "a", "b", "c"})};
    CHECK(keys.size() == 5);
    CHECK(keys.contains(account_key({"hubspot", "a", "bc"})));
  }
  SUBCASE("tells no secret") { CHECK(account_key({"hubspot", "secret"}).find("secret") == std::string::npos); }
}
