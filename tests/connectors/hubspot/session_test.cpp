#include "connectors/hubspot/session.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::hubspot;
using namespace std::chrono_literals;

namespace {

const http::TimePoint kStart{std::chrono::hours(1)};

Options account(const std::string& token, const std::string& base_url = "https://api.hubapi.com") {
  Options options;
  options.token = token;
  options.base_url = base_url;
  return options;
}

}  // namespace

TEST_CASE("connections to one HubSpot account share their limits") {
  http::RateLimiters limiters;
  const auto one = limiter_of(account("key-1"), std::nullopt, &limiters);
  one->pause_until(kStart + 10s);
  const auto shares = [&](const Options& options) {
    return limiter_of(options, std::nullopt, &limiters)->take("", kStart).has_value();
  };
  SUBCASE("the same token is the same account") { CHECK(shares(account("key-1"))); }
  SUBCASE("however base_url is written") { CHECK(shares(account("key-1", "https://API.hubapi.com:443/"))); }
  SUBCASE("another token is not") { CHECK_FALSE(shares(account("key-2"))); }
  SUBCASE("nor is another place") { CHECK_FALSE(shares(account("key-1", "http://127.0.0.1:8711"))); }
  SUBCASE("a connection by itself has its own") {
    CHECK_FALSE(limiter_of(account("key-1"), std::nullopt, nullptr)->take("", kStart));
  }
}

TEST_CASE("search has its own, lower limit, for all connections together") {
  http::RateLimiters limiters;
  const auto one = limiter_of(account("key-1"), std::nullopt, &limiters);
  const auto two = limiter_of(account("key-1"), std::nullopt, &limiters);
  int searches = 0;
  for (auto now = kStart; now < kStart + 1100ms; now += 1ms)
    searches += !one->take(kSearchLane, now) + !two->take(kSearchLane, now);
  CHECK(searches == 5);
}

TEST_CASE("a configured rate bounds all of them") {
  http::RateLimiters limiters;
  const auto one = limiter_of(account("key-1"), std::nullopt, &limiters);
  const auto two = limiter_of(account("key-1"), http::Rate{2, 1000ms}, &limiters);
  int calls = 0;
  for (auto now = kStart; now < kStart + 10s; now += 1ms) calls += !one->take("", now) + !two->take("", now);
  CHECK(calls == 20);
}
