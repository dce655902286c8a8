#include "connectors/csv/timestamp.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using crmsync::connectors::csv::parse_time;
using crmsync::domain::Millis;

namespace {

constexpr Millis kNewYear = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
constexpr Millis kNoon = kNewYear + 12 * 3'600'000;

void check_none(std::initializer_list<const char*> texts) {
  for (const char* text : texts) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_time(text).has_value());
  }
}

}  // namespace

TEST_CASE("ISO 8601") {
  SUBCASE("with a T or a blank") {
    CHECK(parse_time("2026-01-01T12:00:00Z") == kNoon);
    CHECK(parse_time("2026-01-01 12:00:00") == kNoon);
  }
  SUBCASE("without seconds, without a time of day") {
    CHECK(parse_time("2026-01-01 12:00") == kNoon);
    CHECK(parse_time("2026-01-01") == kNewYear);
  }
  SUBCASE("is UTC unless it says otherwise") {
    CHECK(parse_time("2026-01-01T12:00:00") == kNoon);
    CHECK(parse_time("2026-01-01 12:00:00 UTC") == kNoon);
    CHECK(parse_time("2026-01-01T13:30:00+01:30") == kNoon);
    CHECK(parse_time("2026-01-01T04:00:00.000-0800") == kNoon);
    CHECK(parse_time("2025-12-31T22:00:00-02") == kNewYear);
  }
  SUBCASE("keeps milliseconds and drops what is finer") {
    CHECK(parse_time("2026-01-01T12:00:00.5Z") == kNoon + 500);
    CHECK(parse_time("2026-01-01T12:00:00,123456789Z") == kNoon + 123);
  }
  SUBCASE("knows the calendar") {
    CHECK(parse_time("2024-02-29") == 1'709'164'800'000);
    CHECK(parse_time("1969-12-31T23:59:59Z") == -1000);
    check_none({"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00"});
  }
  SUBCASE("is nothing where any of it is not") {
    check_none({"2026-1-1", "2026-01-01T", "2026-01-01T25:00", "2026-01-01T12:60", "2026-01-01T12:00:61",
                "2026-01-01T12:00:00.", "2026-01-01T12:00:00+1", "2026-01-01T12:00:00+19:00", "2026-01-01T12:00:00 CET",
                "2026-01-01T12:00:00Zx", "2026-01-01x", "2026-01-01T12"});
  }
}

TEST_CASE("seconds and milliseconds since the epoch") {
  CHECK(parse_time("1767225600") == kNewYear);
  CHECK(parse_time("1767225600123") == kNewYear + 123);
  check_none({"176722560", "17672256001", "-1767225600", "1767225600.5", "17672256e0"});
}

TEST_CASE("MM/DD/YYYY") {
  SUBCASE("where it can be nothing else") {
    CHECK(parse_time("01/31/2026") == kNewYear + 30 * 86'400'000LL);
    CHECK(parse_time("1/31/2026 0:00") == kNewYear + 30 * 86'400'000LL);
    CHECK(parse_time("1/1/2026") == kNewYear);
  }
  SUBCASE("with twelve or twenty-four hours") {
    CHECK(parse_time("1/1/2026 12:00 PM") == kNoon);
    CHECK(parse_time("1/1/2026 12:00 am") == kNewYear);
    CHECK(parse_time("1/1/2026, 1:05:09 PM") == kNoon + 3'909'000);
    CHECK(parse_time("1/1/2026 13:05") == kNoon + 3'900'000);
  }
  SUBCASE("gives no time where it could be DD/MM as well") {
    check_none({"01/02/2026", "12/11/2026", "5/6/2026 12:00"});
  }
  SUBCASE("is nothing where any of it is not") {
    check_none({"31/01/2026", "1/32/2026", "1/31/26", "1/31/2026 13:00 PM", "1/31/2026 0:30 AM", "1/31/2026 12:00 XM",
                "1/31/2026 noon", "1/31/2026T12:00"});
  }
}

TEST_CASE("anything else gives no time") {
  check_none({"", " ", "yesterday", "31.01.2026", "20260101", "2026", "1 Jan 2026"});
  CHECK(rc::check("any text ends", [](const std::string& text) { parse_time(text); }));
}
