#include "config/values.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "config/keys.h"

namespace crmsync::config {

using std::chrono::milliseconds;

TEST_CASE("durations") {
  SUBCASE("are a whole number and a unit") {
    CHECK(parse_duration("250ms") == milliseconds(250));
    CHECK(parse_duration("10s") == milliseconds(10'000));
    CHECK(parse_duration("5m") == milliseconds(300'000));
    CHECK(parse_duration("24h") == milliseconds(86'400'000));
    CHECK(parse_duration("7d") == milliseconds(604'800'000));
    CHECK(parse_duration("0s") == milliseconds(0));
    CHECK(parse_duration("106751991167d") == milliseconds(106'751'991'167 * 86'400'000));
  }
  SUBCASE("are nothing else") {
    for (const char* text : {"", "5", "m", "5 m", " 5m", "5m ", "-5m", "+5m", "05m", "1.5h", "1h30m", "5M", "5min",
                             "1e3s", "106751991168d", "99999999999999999999s", "0x5m"})
      CHECK_MESSAGE(!parse_duration(text), text);
  }
  SUBCASE("are printed so that they are read as the same") {
    CHECK(rc::check([] {
      const auto duration = milliseconds(*rc::gen::inRange<std::int64_t>(0, 400LL * 86'400'000));
      RC_ASSERT(parse_duration(print_duration(duration)) == duration);
    }));
    CHECK(print_duration(milliseconds(90'000)) == "90s");
    CHECK(print_duration(milliseconds(86'400'000)) == "1d");
  }
}

TEST_CASE("numbers") {
  SUBCASE("whole ones are digits without a zero in front") {
    CHECK(parse_whole("0") == 0);
    CHECK(parse_whole("-7") == -7);
    CHECK(parse_whole("1000000000000") == 1'000'000'000'000);
    for (const char* text :
         {"", "010", "-010", "00", "+1", "1e3", "1_000", "0x10", "1.0", " 1", "1 ", "99999999999999999999"})
      CHECK_MESSAGE(!parse_whole(text), text);
  }
  SUBCASE("decimal ones are finite") {
    CHECK(parse_decimal("2.5") == 2.5);
    CHECK(parse_decimal("1e1") == 10.0);
    CHECK(parse_decimal("0.5") == 0.5);
    for (const char* text : {"", "nan", "inf", "-inf", "0x1p3", "02.5", "1,5", "2%", "1e999"})
      CHECK_MESSAGE(!parse_decimal(text), text);
  }
}

TEST_CASE("ids") {
  for (const char* text : {"a", "0", "harbour", "no", "010", "a-b_c"}) CHECK_MESSAGE(is_id(text), text);
  for (const char* text : {"", "-a", "_a", "A", "a b", "a.b", "é", "a/b"}) CHECK_MESSAGE(!is_id(text), text);
  CHECK(is_id(std::string(63, 'a')));
  CHECK_FALSE(is_id(std::string(64, 'a')));
}

TEST_CASE("names of credentials are names of files") {
  for (const char* text : {"hubspot_token", "a.b-C"}) CHECK_MESSAGE(is_credential_name(text), text);
  for (const char* text : {"", ".", "..", "a/b", "../x", "a b", "a\n"}) CHECK_MESSAGE(!is_credential_name(text), text);
}

TEST_CASE("endpoints") {
  const auto check = [](const char* text, const char* expected, bool loopback) {
    const auto endpoint = parse_endpoint(text);
    REQUIRE_MESSAGE(endpoint, text);
    CHECK(endpoint->text == expected);
    CHECK(endpoint->loopback == loopback);
  };
  SUBCASE("are an address in digits, or localhost, and a port") {
    check("127.0.0.1:8710", "127.0.0.1:8710", true);
    check("127.9.9.9:1", "127.9.9.9:1", true);
    check("localhost:65535", "127.0.0.1:65535", true);
    check("[::1]:8710", "[::1]:8710", true);
    check("0.0.0.0:8710", "0.0.0.0:8710", false);
    check("[::]:8710", "[::]:8710", false);
    check("[::ffff:127.0.0.1]:8710", "[::ffff:127.0.0.1]:8710", false);
  }
  SUBCASE("are nothing else") {
    for (const char* text :
         {"", "8710", ":8710", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:08710",
          "127.1:80", "::1:80", "[::1]", "[::1:80", "127.evil.example:80", "localhost.example:80", "127.0.0.1:80 "})
      CHECK_MESSAGE(!parse_endpoint(text), text);
  }
}

TEST_CASE("the nearest known word") {
  const std::vector<std::string_view> known{"schedule", "connector", "push", "push_deadline", "id"};
  CHECK(nearest("shedule", known) == "schedule");
  CHECK(nearest("shcedule", known) == "schedule");
  CHECK(nearest("conector", known) == "connector");
  CHECK(nearest("push-deadline", known) == "push_deadline");
  CHECK(nearest("psuh", known) == "push");
  SUBCASE("none when nothing is near: a wrong suggestion is worse than the list") {
    CHECK(nearest("zzz", known).empty());
    CHECK(nearest("x", known).empty());
    CHECK(nearest(std::string(100000, 'x'), known).empty());
    CHECK(nearest("a", {}).empty());
  }
}

}  // namespace crmsync::config
