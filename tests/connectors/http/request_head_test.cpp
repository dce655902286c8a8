#include "connectors/http/request_head.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace crmsync::connectors::http;

namespace {

const Url kBase = *parse_base_url("https://api.example.com");

Result<std::string> head(const Request& request, const Sender& sender = {"me/1", false, ""}) {
  return request_head(request, request.target, kBase, sender);
}

Request get(std::string target) {
  Request request;
  request.target = std::move(target);
  return request;
}

}  // namespace

TEST_CASE("the head of a request") {
  SUBCASE("of one without a body") {
    Request request = get("/a?b=c");
    request.headers.push_back({"X-Extra", "one two"});
    CHECK(*head(request) ==
          "GET /a?b=c HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: me/1\r\nAccept-Encoding: gzip\r\n"
          "X-Extra: one two\r\n\r\n");
  }
  SUBCASE("of one with a body") {
    Request request = get("/a");
    request.method = "POST";
    request.body = "{}";
    const auto text = head(request);
    CHECK(text->find("Content-Type: application/json\r\nContent-Length: 2\r\n\r\n") != std::string::npos);
  }
  SUBCASE("of a POST without one: its length is still told") {
    Request request = get("/a");
    request.method = "POST";
    CHECK(head(request)->find("Content-Length: 0\r\n") != std::string::npos);
    CHECK(head(request)->find("Content-Type") == std::string::npos);
  }
  SUBCASE("to a proxy") {
    const auto text = head(get("/a"), {"me/1", true, "Basic x"});
    CHECK(text->find("GET https://api.example.com/a HTTP/1.1\r\n") == 0);
    CHECK(text->find("Proxy-Authorization: Basic x\r\n") != std::string::npos);
  }
}

TEST_CASE("what would make two requests of one is refused, and its text is not told") {
  for (const char* target : {"", "a", "/a b", "/a\r\nX: secret", "/a\n", "/\xc3\xa9", "/a#b", "//\x7f"}) {
    CAPTURE(target);
    const auto text = head(get(target));
    REQUIRE_FALSE(text.has_value());
    CHECK(text.error().kind == ErrorKind::protocol);
    CHECK(text.error().message.find("secret") == std::string::npos);
  }
  for (const auto& header :
       {Header{"X", "a\r\nY: secret"}, Header{"X", "a\nsecret"}, Header{"X", std::string("a\0secret", 8)},
        Header{"X\r\nY", "a"}, Header{"X Y", "a"}, Header{"", "a"}, Header{"X:", "a"}, Header{"host", "a"},
        Header{"Content-Length", "1"}, Header{"transfer-encoding", "chunked"}, Header{"Connection", "close"}}) {
    CAPTURE(header.name);
    Request request = get("/a");
    request.headers.push_back(header);
    const auto text = head(request);
    REQUIRE_FALSE(text.has_value());
    CHECK(text.error().message.find("secret") == std::string::npos);
  }
  Request request = get("/a");
  request.body = "{}";
  request.content_type = "a\r\nX: y";
  CHECK_FALSE(head(request).has_value());
  request = get("/a");
  request.method = "GET /b HTTP/1.1\r\n";
  CHECK_FALSE(head(request).has_value());
}

TEST_CASE("basic credentials") {
  CHECK(basic_credentials("", "x").empty());
  CHECK(basic_credentials("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(basic_credentials("a", "b") == "Basic YTpi");
  CHECK(basic_credentials("a", "bc") == "Basic YTpiYw==");
  CHECK(basic_credentials("a", "\xff") == "Basic YTr/");
  CHECK(connect_head(kBase, {"me/1", false, "Basic x"}) ==
        "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\nUser-Agent: me/1\r\n"
        "Proxy-Authorization: Basic x\r\n\r\n");
}
