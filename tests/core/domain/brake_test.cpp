// "Brakes: stop before the first, stay on the safe side, resume", as far as numbers decide.
#include "core/domain/brake.h"

#include <doctest/doctest.h>

using namespace crmsync::domain;

TEST_CASE("the default limits") {
  const Limits limits;
  CHECK(limits.max_resubscribe == Limit{2, 25, 1000});
  CHECK(limits.max_unsubscribe == Limit{10, 25, 5000});
  CHECK(limits.max_delete == Limit{10, 25, 5000});
}

TEST_CASE("a share of the records, but at least and at most so many") {
  const Limit limit{2, 25, 1000};
  CHECK(allowed(limit, 0) == 25);
  CHECK(allowed(limit, 1'250) == 25);
  CHECK(allowed(limit, 1'299) == 25);
  CHECK(allowed(limit, 1'300) == 26);
  CHECK(allowed(limit, 5'000) == 100);
  CHECK(allowed(limit, 50'000) == 1'000);
  CHECK(allowed(limit, 1'000'000) == 1'000);
  SUBCASE("the share is rounded down") { CHECK(allowed({1, 0, 10}, 199) == 1); }
  SUBCASE("fractions of a percent are exact") {
    CHECK(allowed({0.57, 0, 1000}, 10'000) == 57);
    CHECK(allowed({0.07, 0, 1000}, 10'000) == 7);
    CHECK(allowed({0.1, 0, 1000}, 1'000) == 1);
  }
  SUBCASE("at_most wins over at_least") { CHECK(allowed({100, 50, 10}, 1'000) == 10); }
  SUBCASE("nothing at all can be allowed") { CHECK(allowed({0, 0, 0}, 1'000'000) == 0); }
}

TEST_CASE("check_brakes") {
  const Limits limits;
  constexpr std::int64_t records = 1'000;  // 25 resubscriptions, 100 unsubscriptions, 100 deletions
  const auto check = [&](ChangeCounts planned, ChangeCounts before = {}) {
    return check_brakes(limits, records, planned, before);
  };
  SUBCASE("within the limits nothing is held") {
    CHECK_FALSE(check({25, 100, 100}).any());
    CHECK_FALSE(check({}).any());
  }
  SUBCASE("each kind over its limit is held as a whole, the others are applied") {
    CHECK(check({26, 100, 100}) == BrakeVerdict{true, false, false});
    CHECK(check({25, 101, 100}) == BrakeVerdict{false, true, false});
    CHECK(check({25, 100, 101}) == BrakeVerdict{false, false, true});
    CHECK(check({26, 101, 101}) == BrakeVerdict{true, true, true});
  }
  SUBCASE("limits hold for any 24 hours") {
    CHECK_FALSE(check({5, 0, 0}, {20, 0, 0}).any());
    CHECK(check({6, 0, 0}, {20, 0, 0}) == BrakeVerdict{true, false, false});
    CHECK(check({0, 1, 0}, {0, 100, 0}) == BrakeVerdict{false, true, false});
    CHECK(check({0, 0, 2}, {0, 0, 99}) == BrakeVerdict{false, false, true});
  }
  SUBCASE("what is used up holds nothing when nothing is planned") { CHECK_FALSE(check({}, {99, 999, 999}).any()); }
  SUBCASE("one kind does not use up the limit of another") { CHECK_FALSE(check({25, 0, 0}, {0, 100, 100}).any()); }
  SUBCASE("a brake may be set to hold the very first change") {
    Limits strict;
    strict.max_resubscribe = {0, 0, 0};
    CHECK(check_brakes(strict, 1'000'000, {1, 0, 0}, {}) == BrakeVerdict{true, false, false});
  }
}
