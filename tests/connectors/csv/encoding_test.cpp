#include "connectors/csv/encoding.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tests/connectors/csv/csv_text.h"

using namespace crmsync::connectors::csv;
using namespace std::string_view_literals;

namespace {

std::string converted(std::string_view bytes, bool big_endian = false, std::size_t chunk = 1000) {
  std::string rest, out;
  for (std::size_t at = 0; at < bytes.size(); at += chunk)
    utf16_to_utf8(bytes.substr(at, chunk), big_endian, rest, out);
  return out + (rest.empty() ? "" : "(rest)");
}

void check_detected(std::string_view head, Encoding encoding, std::size_t mark) {
  CAPTURE(std::string(head));
  const auto detected = detect_encoding(head);
  CHECK((detected.encoding == encoding));
  CHECK(detected.mark == mark);
}

}  // namespace

TEST_CASE("an encoding is detected") {
  SUBCASE("by its byte order mark") {
    check_detected("\xEF\xBB\xBFid", Encoding::utf8, 3);
    check_detected("\xFF\xFEi\0"sv, Encoding::utf16_le, 2);
    check_detected("\xFE\xFF\0i"sv, Encoding::utf16_be, 2);
  }
  SUBCASE("by zeros in every second place") {
    check_detected("i\0d\0"sv, Encoding::utf16_le, 0);
    check_detected("\0i\0d"sv, Encoding::utf16_be, 0);
  }
  SUBCASE("as UTF-8 in every other case") {
    check_detected("id,email", Encoding::utf8, 0);
    check_detected("", Encoding::utf8, 0);
    check_detected("i", Encoding::utf8, 0);
    check_detected("i\0"sv, Encoding::utf8, 0);
    check_detected("\0\0\0\0"sv, Encoding::utf8, 0);
    check_detected("i\0\0\0"sv, Encoding::utf8, 0);
  }
}

TEST_CASE("UTF-16") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";  // one, two, three and four bytes
  SUBCASE("is read in both orders") {
    CHECK(converted(utf_16(text, false)) == text);
    CHECK(converted(utf_16(text, true), true) == text);
  }
  SUBCASE("is read in chunks of any size") {
    for (std::size_t chunk = 1; chunk < 12; ++chunk) CHECK(converted(utf_16(text, false), false, chunk) == text);
  }
  SUBCASE("leaves what is not whole for the next chunk") {
    CHECK(converted("a\0b"sv) == "a(rest)");
    CHECK(converted("a\0\x3D\xD8"sv) == "a(rest)");
  }
  SUBCASE("has a replacement where a surrogate stands alone") {
    CHECK(converted("\x3D\xD8z\0"sv) == "\xEF\xBF\xBDz");
    CHECK(converted("\x00\xDEz\0"sv) == "\xEF\xBF\xBDz");
    CHECK(converted("\x3D\xD8\x3D\xD8\x00\xDE"sv) == "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  }
  SUBCASE("never makes anything but UTF-8") {
    CHECK(rc::check("any bytes", [](const std::string& bytes) {
      std::string rest, out;
      utf16_to_utf8(bytes, *rc::gen::arbitrary<bool>(), rest, out);
      RC_ASSERT(is_utf8(out));
      RC_ASSERT(rest.size() < 4);
    }));
  }
}

TEST_CASE("UTF-8") {
  SUBCASE("is recognised at its limits") {
    for (const auto good :
         {"", "plain", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
          "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "a long text with \xC3\xA9 in it"}) {
      CAPTURE(std::string(good));
      CHECK(is_utf8(good));
    }
  }
  SUBCASE("is not what is overlong, a surrogate, beyond the last character, or cut") {
    for (const auto bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
                           "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
                           "eight by\xE9", "caf\xE9 au lait, long enough"}) {
      CAPTURE(std::string(bad));
      CHECK_FALSE(is_utf8(bad));
    }
  }
  SUBCASE("is what is made of any Windows-1252 text") {
    CHECK(rc::check("any bytes", [](const std::string& bytes) { RC_ASSERT(is_utf8(from_windows_1252(bytes))); }));
  }
}

TEST_CASE("Windows-1252") {
  CHECK(from_windows_1252("caf\xE9") == "caf\xC3\xA9");
  CHECK(from_windows_1252("\x80 \x99 \x9F \xA0 \xFF") == "\xE2\x82\xAC \xE2\x84\xA2 \xC5\xB8 \xC2\xA0 \xC3\xBF");
  CHECK(from_windows_1252("plain") == "plain");
}
