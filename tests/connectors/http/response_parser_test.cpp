#include "connectors/http/response_parser.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/connectors/http/gzip.h"

using namespace crmsync;
using namespace crmsync::connectors::http;

namespace {

std::string with_length(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string in_chunks(const std::string& body, std::size_t size, const std::string& headers = "") {
  std::string text = "HTTP/1.1 200 OK\r\n" + headers + "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += size) {
    const auto piece = body.substr(at, size);
    char hex[32];
    std::snprintf(hex, sizeof hex, "%zX;name=\"value\"\r\n", piece.size());
    text += hex + piece + "\r\n";
  }
  return text + "0\r\nTrailer: late\r\n\r\n";
}

struct Outcome {
  Result<Response> response;
  bool reusable = false;
  std::size_t eaten = 0;  // bytes fed until it was done or refused
};

Outcome read(const std::vector<std::string_view>& pieces, Limits limits = {}, bool no_body = false) {
  ResponseParser parser(limits, no_body);
  std::size_t eaten = 0;
  for (const auto piece : pieces) {
    eaten += piece.size();
    if (const auto fed = parser.feed(piece); !fed) return {fed.error(), false, eaten};
  }
  if (const auto end = parser.end(); !end) return {end.error(), false, eaten};
  const bool reusable = parser.reusable();
  return {parser.take(), reusable, eaten};
}

Outcome read(std::string_view text, Limits limits = {}, bool no_body = false) {
  return read(std::vector<std::string_view>{text}, limits, no_body);
}

void refused(const Outcome& outcome, ErrorKind kind, const std::string& message) {
  REQUIRE_FALSE(outcome.response.has_value());
  CHECK(outcome.response.error().kind == kind);
  CAPTURE(outcome.response.error().message);
  CHECK(outcome.response.error().message.find(message) != std::string::npos);
}

const std::string kBody = R"({"results":[{"id":"1","properties":{"email":"a@b.example"}}],"paging":{}})";

}  // namespace

TEST_CASE("every way to frame a body gives the same body, wherever the bytes are cut") {
  struct Case {
    const char* name;
    std::string text;
    bool reusable;
  };
  const std::vector<Case> cases{
      {"length", with_length(kBody), true},
      {"length, to be closed", with_length(kBody, "Connection: close\r\n"), false},
      {"chunks", in_chunks(kBody, 7), true},
      {"one chunk", in_chunks(kBody, 1000), true},
      {"to the end", "HTTP/1.1 200 OK\r\n\r\n" + kBody, false},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: " + std::to_string(kBody.size()) + "\r\n\r\n" + kBody, false},
      {"gzip by length", with_length(gzip(kBody), "content-encoding: GZIP\r\n"), true},
      {"gzip in chunks", in_chunks(gzip(kBody), 11, "Content-Encoding: gzip\r\n"), true},
      {"gzip to the end", "HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\n\r\n" + gzip(kBody), false},
      {"gzip in two members",
       with_length(gzip(kBody.substr(0, 9)) + gzip(kBody.substr(9)), "Content-Encoding: gzip\r\n"), true},
      {"after interim answers",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + with_length(kBody), true},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    const auto whole = read(one.text);
    REQUIRE(whole.response.has_value());
    CHECK(whole.response->status == 200);
    CHECK(whole.response->body == kBody);
    CHECK(whole.reusable == one.reusable);
    CHECK(whole.response->header("Trailer").empty());
    for (std::size_t at = 1; at < one.text.size(); ++at) {
      const std::string_view text = one.text;
      const auto outcome = read({text.substr(0, at), text.substr(at)});
      REQUIRE(outcome.response.has_value());
      REQUIRE(outcome.response->body == kBody);
      REQUIRE(outcome.reusable == one.reusable);
    }
    std::vector<std::string_view> bytes;
    for (std::size_t at = 0; at < one.text.size(); ++at) bytes.push_back(std::string_view(one.text).substr(at, 1));
    const auto outcome = read(bytes);
    REQUIRE(outcome.response.has_value());
    CHECK(outcome.response->body == kBody);
  }
}

TEST_CASE("an empty chunked body, byte by byte") {
  const std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < text.size(); ++at) bytes.push_back(std::string_view(text).substr(at, 1));
  const auto outcome = read(bytes);
  REQUIRE(outcome.response.has_value());
  CHECK(outcome.response->body.empty());
  CHECK(outcome.reusable);
}

TEST_CASE("a body that is cut off is transient, wherever it is cut") {
  for (const std::string& text :
       {with_length(kBody), in_chunks(kBody, 7), with_length(gzip(kBody), "Content-Encoding: gzip\r\n"),
        "HTTP/1.1 100 Continue\r\n\r\n" + with_length(kBody)})
    for (std::size_t at = 0; at < text.size(); ++at)
      refused(read(std::string_view(text).substr(0, at)), ErrorKind::transient, "cut off");
}

TEST_CASE("answers without a body have none, whatever their header says") {
  CHECK(read("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n").response->body.empty());
  CHECK(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").response->status == 304);
  const auto head = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", {}, true);
  REQUIRE(head.response.has_value());
  CHECK(head.reusable);
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").reusable);
}

TEST_CASE("headers are told as they came") {
  const auto outcome = read("HTTP/1.1 429 Too Many\r\nRetry-After:  3 \r\nX-Empty:\r\nX-A: 1\r\nx-a: 2\r\n\r\n");
  REQUIRE(outcome.response.has_value());
  CHECK(outcome.response->status == 429);
  CHECK(outcome.response->header("retry-after") == "3");
  CHECK(outcome.response->header("x-empty").empty());
  CHECK(outcome.response->headers.size() == 4);
}

TEST_CASE("a connection that has more to say than was asked is not used again") {
  const auto outcome = read(with_length(kBody) + "HTTP/1.1 200 OK\r\n\r\n");
  REQUIRE(outcome.response.has_value());
  CHECK(outcome.response->body == kBody);
  CHECK_FALSE(outcome.reusable);
}

TEST_CASE("limits") {
  Limits limits{512, 1000};
  SUBCASE("a body of exactly the limit passes, one byte more does not") {
    for (const bool packed : {false, true}) {
      const std::string headers = packed ? "Content-Encoding: gzip\r\n" : "";
      const auto body = [&](std::size_t size) {
        return packed ? gzip(std::string(size, 'x')) : std::string(size, 'x');
      };
      CHECK(read(with_length(body(1000), headers), limits).response->body.size() == 1000);
      CHECK(read(in_chunks(body(1000), 100, headers), limits).response->body.size() == 1000);
      CHECK(read("HTTP/1.1 200 OK\r\n" + headers + "\r\n" + body(1000), limits).response->body.size() == 1000);
      refused(read(with_length(body(1001), headers), limits), ErrorKind::protocol, "more than 1000 bytes");
      refused(read(in_chunks(body(1001), 100, headers), limits), ErrorKind::protocol, "more than 1000 bytes");
      refused(read("HTTP/1.1 200 OK\r\n" + headers + "\r\n" + body(1001), limits), ErrorKind::protocol,
              "more than 1000 bytes");
    }
  }
  SUBCASE("an announced body that is too long is refused before it comes") {
    refused(read("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", limits), ErrorKind::protocol, "more than 1000");
    refused(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n", limits), ErrorKind::protocol,
            "more than 1000");
  }
  SUBCASE("a bomb is refused as soon as it is over the limit") {
    const std::string bomb = gzip(std::string(10 << 20, '\0'));
    limits.body = 1 << 20;
    const std::string text = with_length(bomb, "Content-Encoding: gzip\r\n");
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); at += 100) pieces.push_back(std::string_view(text).substr(at, 100));
    const auto outcome = read(pieces, limits);
    refused(outcome, ErrorKind::protocol, "more than 1048576");
    CHECK(outcome.eaten < text.size() / 5);
  }
  SUBCASE("a header without end is refused, be it of one line or of many") {
    const std::string line = "X-Header: " + std::string(20, 'x') + "\r\n";
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 100; ++i) many += line;
    for (const std::string& text :
         {many, "HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x'), "HTTP/1.1 200 " + std::string(2000, 'x')}) {
      std::vector<std::string_view> pieces;
      for (std::size_t at = 0; at < text.size(); at += 10) pieces.push_back(std::string_view(text).substr(at, 10));
      const auto outcome = read(pieces, limits);
      refused(outcome, ErrorKind::protocol, "header of more than 512");
      CHECK(outcome.eaten < 600);
    }
    refused(read(many + "\r\n", limits), ErrorKind::protocol, "header of more than 512");
  }
  SUBCASE("interim answers without end are refused") {
    std::vector<std::string_view> pieces(100, "HTTP/1.1 100 Continue\r\n\r\n");
    refused(read(pieces, limits), ErrorKind::protocol, "header of more than 512");
  }
  SUBCASE("so is a chunk extension or a trailer without end") {
    const std::string start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    refused(read({start, "5;" + std::string(2000, 'x')}, limits), ErrorKind::protocol, "more than 512");
    refused(read({start, "0\r\nX: " + std::string(2000, 'x')}, limits), ErrorKind::protocol, "more than 512");
  }
}

TEST_CASE("nonsense is refused") {
  for (const char* text : {"<html>no</html>\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
                           "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 999 OK\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabcdefgh",
                           "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx",
                           "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\nx"}) {
    CAPTURE(text);
    refused(read(text), ErrorKind::protocol, "the answer ");
  }
}

TEST_CASE("a gzip body that is not whole is refused") {
  const std::string packed = gzip(kBody);
  const std::string headers = "Content-Encoding: gzip\r\n";
  SUBCASE("too short, with a right length") {
    for (std::size_t size = 1; size < packed.size(); ++size)
      refused(read(with_length(packed.substr(0, size), headers)), ErrorKind::protocol, "ends too early");
  }
  SUBCASE("a wrong checksum") {
    std::string broken = packed;
    broken[broken.size() - 6] = static_cast<char>(broken[broken.size() - 6] ^ 1);
    refused(read(with_length(broken, headers)), ErrorKind::protocol, "broken");
  }
  SUBCASE("no gzip at all, or something behind it") {
    refused(read(with_length(kBody, headers)), ErrorKind::protocol, "broken");
    refused(read(with_length(packed + "and more of it", headers)), ErrorKind::protocol, "broken");
  }
  SUBCASE("none at all is an empty one") { CHECK(read(with_length("", headers)).response->body.empty()); }
}
