#include <doctest/doctest.h>

#include "connectors/http/api.h"

using namespace crmsync::connectors::http;
using namespace std::chrono;

namespace {

// 6 November 1994, 08:49:37 UTC
const system_clock::time_point kNow = sys_days(1994y / November / 6) + 8h + 49min + 37s;

void waits(std::string_view value, milliseconds wait) {
  CAPTURE(value);
  const auto parsed = parse_retry_after(value, kNow);
  REQUIRE(parsed);
  CHECK(*parsed == wait);
}

void says_nothing(std::string_view value) {
  CAPTURE(value);
  CHECK_FALSE(parse_retry_after(value, kNow));
}

}  // namespace

TEST_CASE("Retry-After") {
  SUBCASE("in seconds") {
    waits("0", 0ms);
    waits("1", 1s);
    waits("0120", 120s);
    waits(" 7\t", 7s);
    waits("86400", 24h);
  }
  SUBCASE("as the date of today's HTTP") {
    waits("Sun, 06 Nov 1994 08:49:37 GMT", 0ms);
    waits("Sun, 06 Nov 1994 08:50:00 GMT", 23s);
    waits("Mon, 07 Nov 1994 08:49:37 GMT", 24h);
    waits("Sun, 06 Nov 1994 08:49:60 GMT", 23s);
  }
  SUBCASE("as the two dates of old") {
    waits("Sunday, 06-Nov-94 08:50:00 GMT", 23s);
    waits("Sun Nov  6 08:50:00 1994", 23s);
  }
  SUBCASE("a date is waited for to its end") {
    const auto parsed = parse_retry_after("Sun, 06 Nov 1994 08:49:38 GMT", kNow + 1ns);
    REQUIRE(parsed);
    CHECK(*parsed == 1s);
  }
  SUBCASE("two digits of a year are of this century or the one that is near") {
    const system_clock::time_point turn = sys_days(1999y / December / 31) + 23h + 59min + 50s;
    CHECK(parse_retry_after("Saturday, 01-Jan-00 00:00:00 GMT", turn) == 10s);
    const system_clock::time_point later = sys_days(2026y / November / 6) + 8h;
    CHECK(parse_retry_after("Friday, 06-Nov-26 08:00:05 GMT", later) == 5s);
    CHECK_FALSE(parse_retry_after("Sunday, 06-Nov-94 08:00:05 GMT", later));
  }
  SUBCASE("what lies back or is beyond a day says nothing") {
    says_nothing("Sun, 06 Nov 1994 08:49:36 GMT");
    says_nothing("Mon, 07 Nov 1994 08:49:38 GMT");
    says_nothing("86401");
    says_nothing("99999999999999999999999");
    says_nothing("-1");
  }
  SUBCASE("garbage says nothing") {
    for (const char* value : {"",
                              " ",
                              "soon",
                              "+5",
                              "1.5",
                              "0x10",
                              "5 s",
                              "5,5",
                              "1e3",
                              "\xff",
                              "Sun, 06 Nov 1994 08:49:37",
                              "Sun, 06 Nov",
                              "Sun, 31 Feb 1994 08:49:37 GMT",
                              "Sun, 00 Nov 1994 08:49:37 GMT",
                              "Sun, 06 Nox 1994 08:49:37 GMT",
                              "Sun, 06 Nov 1994 24:00:00 GMT",
                              "Sun, 06 Nov 1994 08:60:00 GMT",
                              "Sun, 06 Nov 1994 08:49:37 CET",
                              "Sun, 06 Nov 1994 -8:49:37 GMT",
                              "Sunday, 06/Nov/94 08:50:00 GMT",
                              "Sunday, ",
                              ", 06-Nov-94 08:50:00 GMT x",
                              "Sun Nov  6 08:50:00 199x"})
      says_nothing(value);
  }
  SUBCASE("a cut date says nothing, wherever it is cut") {
    for (const std::string_view date :
         {"Sun, 06 Nov 1994 08:50:00 GMT", "Sunday, 06-Nov-94 08:50:00 GMT", "Sun Nov  6 08:50:00 1994"})
      for (std::size_t size = 0; size < date.size(); ++size) says_nothing(date.substr(0, size));
  }
}
