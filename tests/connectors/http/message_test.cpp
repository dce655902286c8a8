#include "connectors/http/message.h"

#include <doctest/doctest.h>

using namespace crmsync::connectors::http;

TEST_CASE("percent-encoding of a component") {
  SUBCASE("unreserved characters stay") {
    CHECK(encode_component("AZaz09-._~") == "AZaz09-._~");
    CHECK(encode_component("").empty());
  }
  SUBCASE("everything else is encoded, byte by byte") {
    CHECK(encode_component("a b+c&d=e/f?g#h%i@j") == "a%20b%2Bc%26d%3De%2Ff%3Fg%23h%25i%40j");
    CHECK(encode_component("\r\n") == "%0D%0A");
    CHECK(encode_component(std::string_view("\0", 1)) == "%00");
    CHECK(encode_component("\xc3\xa9") == "%C3%A9");
    CHECK(encode_component("\xff") == "%FF");
  }
}

TEST_CASE("a header is found by any case, the first of its name") {
  const Response response{200, {{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}}, ""};
  CHECK(response.header("content-TYPE") == "text/plain");
  CHECK(response.header("X-a") == "1");
  CHECK(response.header("X").empty());
  CHECK(response.header("").empty());
}

TEST_CASE("safe to repeat") {
  Request request;
  for (const char* method : {"GET", "HEAD"}) {
    request.method = method;
    CHECK(request.safe_to_repeat());
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "get"}) {
    request.method = method;
    CHECK_FALSE(request.safe_to_repeat());
  }
  SUBCASE("by an idempotency key") {
    request.headers.push_back({"idempotency-key", "k"});
    CHECK(request.safe_to_repeat());
  }
  SUBCASE("because its author says so") {
    request.repeatable = true;
    CHECK(request.safe_to_repeat());
  }
}
