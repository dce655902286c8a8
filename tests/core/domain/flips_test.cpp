#include "core/domain/flips.h"

#include <doctest/doctest.h>

#include <vector>

using namespace crmsync::domain;

TEST_CASE("a record that flips more than 3 times in 24 hours") {
  constexpr Millis now = 1'700'000'000'000;
  std::vector<Millis> flips{now - 1, now - kHour, now - 2 * kHour};
  SUBCASE("none") { CHECK_FALSE(flips_too_often({}, now)); }
  SUBCASE("three are still fine") { CHECK_FALSE(flips_too_often(flips, now)); }
  SUBCASE("four are too many") {
    flips.push_back(now - 3 * kHour);
    CHECK(flips_too_often(flips, now));
  }
  SUBCASE("the order does not matter") {
    flips.insert(flips.begin() + 1, now - 20 * kHour);
    CHECK(flips_too_often(flips, now));
  }
  SUBCASE("one just inside the window counts") {
    flips.push_back(now - kDay + 1);
    CHECK(flips_too_often(flips, now));
  }
  SUBCASE("one exactly 24 hours ago does not") {
    flips.push_back(now - kDay);
    CHECK_FALSE(flips_too_often(flips, now));
  }
  SUBCASE("one right now counts") {
    flips.push_back(now);
    CHECK(flips_too_often(flips, now));
  }
  SUBCASE("one of the future does not") {
    flips.push_back(now + 1);
    CHECK_FALSE(flips_too_often(flips, now));
  }
}
