#include "daemon/engine/log.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace crmsync::engine;

TEST_CASE("a line of the text log") {
  SUBCASE("is the message and its fields") {
    CHECK(text_line("run finished", {{"connection", "crm"}, {"run", "7"}}) == "run finished connection=crm run=7");
  }
  SUBCASE("quotes what could be taken for something else") {
    CHECK(text_line("m", {{"a", "two words"}, {"b", ""}, {"c", "x=y"}, {"d", "say \"no\""}, {"e", "a\\b"}}) ==
          R"(m a="two words" b="" c="x=y" d="say \"no\"" e="a\\b")");
  }
  SUBCASE("escapes every control character of a value: nobody forges a line or plays with a terminal") {
    CHECK(text_line("m", {{"a", "x\n<3>forged"}, {"b", "\x1b[2J"}, {"c", "\r\t\x7f"}}) ==
          "m a=\"x\\n<3>forged\" b=\"\\u001b[2J\" c=\"\\r\\t\\u007f\"");
  }
  SUBCASE("escapes the control characters beyond ASCII and the ones that turn the writing direction") {
    CHECK(text_line("m", {{"a", "\xc2\x9b"}, {"b", "\xe2\x80\xae"}}) == "m a=\"\\u009b\" b=\"\\u202e\"");
  }
  SUBCASE("escapes the message too") {
    CHECK(text_line("cannot open /x\n\x1b[1m", {}) == "cannot open /x\\n\\u001b[1m");
  }
  SUBCASE("never fails on bytes that are not UTF-8") { CHECK(text_line("m", {{"a", "\xff"}}) == "m a=\"\\ufffd\""); }
  for (int byte = 0; byte < 256; ++byte) {
    const std::string any(1, static_cast<char>(byte));
    for (const char c : text_line(any, {{"k", any}})) REQUIRE((c >= ' ' && c <= '~'));
  }
}

TEST_CASE("a line of the JSON log") {
  const std::string line = json_line(Level::warn, "run\nfinished", {{"connection", "crm\x1b"}}, 1795428000007);
  const auto object = nlohmann::json::parse(line);
  SUBCASE("carries its time, in UTC with milliseconds") { CHECK(object["time"] == "2026-11-23T10:00:00.007Z"); }
  SUBCASE("carries level, message and fields") {
    CHECK(object["level"] == "warning");
    CHECK(object["message"] == "run\nfinished");
    CHECK(object["connection"] == "crm\x1b");
  }
  SUBCASE("is one line of printable ASCII") {
    for (const char c : line) REQUIRE((c >= ' ' && c <= '~'));
  }
}
