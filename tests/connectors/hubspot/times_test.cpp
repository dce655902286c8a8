// Times as HubSpot writes them.
#include "connectors/hubspot/times.h"

#include <doctest/doctest.h>

using namespace crmsync::connectors::hubspot;

TEST_CASE("times of properties") {
  CHECK(parse_time("1970-01-01T00:00:00.000Z") == 0);
  CHECK(parse_time("2025-07-07T20:27:17.947Z") == 1'751'920'037'947);
  CHECK(parse_time("2025-07-07T20:27:17Z") == 1'751'920'037'000);
  CHECK(parse_time("2025-07-07T22:27:17.947+02:00") == 1'751'920'037'947);
  CHECK(parse_time("2025-07-07T20:27:17.9471234Z") == 1'751'920'037'947);
  CHECK(parse_time("1751920037947") == 1'751'920'037'947);
  for (const char* text :
       {"", "2025", "2025-07-07", "2025-02-30T00:00:00Z", "2025-07-07T25:00:00Z", "yesterday", "2025-07-07T20:27:17",
        "-5", "1969-12-31T23:59:59Z", "2025-07-07T20:27:17Zx", "99999999999999999999"}) {
    CAPTURE(text);
    const bool number = std::string_view(text) == "2025";
    CHECK(parse_time(text).has_value() == number);
  }
}

TEST_CASE("the Date header") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784'111'777'000);
  for (const char* text : {"", "Sun, 06 Nov 1994 08:49:37", "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
                           "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text).has_value());
  }
}

TEST_CASE("durations") {
  CHECK(parse_duration("30s") == 30'000);
  CHECK(parse_duration("15m") == 900'000);
  CHECK(parse_duration("6h") == 21'600'000);
  CHECK(parse_duration("2d") == 172'800'000);
  for (const char* text : {"", "6", "h", "0h", "-1h", "1.5h", "6 h", "6hours", "123456789h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}
