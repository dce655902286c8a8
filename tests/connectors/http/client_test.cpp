#include "connectors/http/client.h"

#include <doctest/doctest.h>

#include "tests/connectors/http/client_fixture.h"
#include "tests/connectors/http/gzip.h"

using namespace crmsync;
using namespace crmsync::connectors::http;

TEST_CASE("one request, one response") {
  World world;
  SUBCASE("the request is what was asked for, below the base URL") {
    world.server.answers({ok("{}")});
    const auto client = world.client(world.options("/prefix/"));
    auto request = post("/things?a=b", R"({"x":1})");
    request.headers.push_back({"X-Mine", "yes"});
    check_body(world.send(*client, request), "{}");
    const std::string& sent = world.server.requests().at(0);
    CHECK(sent.rfind("POST /prefix/things?a=b HTTP/1.1\r\n", 0) == 0);
    CHECK(sent.find("\r\nHost: 127.0.0.1:" + std::to_string(world.server.port()) + "\r\n") != std::string::npos);
    CHECK(sent.find("\r\nX-Mine: yes\r\n") != std::string::npos);
    CHECK(sent.find("\r\n\r\n{\"x\":1}") != std::string::npos);
  }
  SUBCASE("any status is a response, even one of failure") {
    world.server.answers({"HTTP/1.1 503 Later\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy"});
    const auto client = world.client();
    const auto response = world.send(*client, get("/"));
    check_body(response, "busy");
    CHECK(response->status == 503);
    CHECK(response->header("retry-after") == "7");
  }
  SUBCASE("a gzip body is unpacked") {
    const std::string text(100'000, 'x');
    world.server.answers({ok(gzip(text), "Content-Encoding: gzip\r\n")});
    const auto client = world.client();
    check_body(world.send(*client, get("/")), text);
    CHECK(world.server.requests().at(0).find("\r\nAccept-Encoding: gzip\r\n") != std::string::npos);
  }
  SUBCASE("a large body goes both ways") {
    const std::string text(3 << 20, 'y');
    world.server.answers({ok(text)});
    const auto client = world.client();
    check_body(world.send(*client, post("/", text)), text);
    CHECK(world.server.requests().at(0).size() > text.size());
  }
  SUBCASE("an answer that comes before all was sent counts") {
    world.server.script([](Peer& peer) -> asio::awaitable<void> {
      co_await peer.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
      while (!(co_await peer.request()).empty()) {
      }
    });
    const auto client = world.client();
    const auto response = world.send(*client, post("/", std::string(8 << 20, 'z')));
    check_body(response, "no");
  }
}

TEST_CASE("a response is understood wherever the network cuts it") {
  const std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  World world;
  const auto client = world.client();
  for (std::size_t at = 1; at < text.size(); ++at) {
    Gate rest(world.loop);
    const auto script = [&, at](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send(std::string_view(text).substr(0, at));
      co_await rest.wait();
      co_await peer.send(std::string_view(text).substr(at));
      peer.close();
    };
    world.server.script(script);
    const auto request = get("/");
    const auto running = world.loop.start(client->send(request));
    world.loop.until([&] { return world.server.requests().size() == at; });
    world.loop.settle();
    CHECK_FALSE(running->done);
    rest.open();
    check_body(world.loop.result(running), "abcde");
    world.loop.until([&] { return world.server.open_connections() == 0; });
  }
}

TEST_CASE("a response that the server cuts off is transient, wherever it does") {
  const std::string text = ok("abcde");
  World world;
  const auto client = world.client();
  for (const bool reset : {false, true}) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      CAPTURE(at);
      world.server.script([&](Peer& peer) -> asio::awaitable<void> {
        co_await peer.request();
        co_await peer.send(std::string_view(text).substr(0, at));
        reset ? peer.reset() : peer.close();
      });
      check_error(world.send(*client, get("/secret?q=secret")), ErrorKind::transient, "127.0.0.1:");
      CHECK(world.server.connections() == (reset ? text.size() : 0) + at + 1);
    }
  }
}

TEST_CASE("what is wrong with an answer is told") {
  World world;
  SUBCASE("not HTTP") {
    world.server.answers({"SSH-2.0-OpenSSH_9.2\r\n"});
    check_error(world.send(*world.client(), get("/")), ErrorKind::protocol, "not HTTP");
  }
  SUBCASE("a body that is larger than announced ends where it was announced, and the connection with it") {
    world.server.script([](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcde");
      co_await peer.request();
    });
    world.server.answers({ok("second")});
    const auto client = world.client();
    check_body(world.send(*client, get("/")), "abc");
    check_body(world.send(*client, get("/")), "second");
    CHECK(world.server.connections() == 2);
  }
  SUBCASE("no server there") {
    ClientOptions options = world.options();
    options.base_url = ScriptedServer(world.loop).url();
    check_error(world.send(*world.client(options), get("/")), ErrorKind::transient, "connecting: Connection refused");
  }
  SUBCASE("no host of that name, without asking any name server for long") {
    ClientOptions options = world.options();
    options.base_url = "https://name-that-is-none.invalid";
    options.timeouts.resolve = std::chrono::milliseconds(2000);
    check_error(world.send(*world.client(options), get("/")), ErrorKind::transient, "looking up its name: ");
  }
}

TEST_CASE("bodies without end and of 100 MB are refused long before they have been read") {
  World world;
  ClientOptions options = world.options();
  options.max_body = 1 << 20;
  std::size_t sent = 0;
  const std::string piece(64 << 10, 'x');
  const auto endless = [&](std::string head, std::string before, std::string after) {
    const auto script = [&, head, before, after](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send(head);
      const std::string text = before + piece + after;
      for (;;) {
        co_await peer.send(text);
        sent += text.size();
      }
    };
    world.server.script(script);
    const auto client = world.client(options);
    check_error(world.send(*client, get("/")), ErrorKind::protocol, "more than 1048576 bytes");
    world.loop.until([&] { return world.server.open_connections() == 0; });
    CHECK(sent < (16u << 20));
  };
  SUBCASE("100 MB, announced") { endless("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", "", ""); }
  SUBCASE("to the end that never comes") { endless("HTTP/1.1 200 OK\r\n\r\n", "", ""); }
  SUBCASE("in chunks") { endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n", "\r\n"); }
}

TEST_CASE("redirects") {
  World world;
  const auto redirect = [](const std::string& to, int status = 302) {
    return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
  };
  const auto client = world.client(world.options("/base"));
  SUBCASE("on the same host are followed, headers and all") {
    world.server.answers({redirect("/else?x=1"), redirect(world.server.url() + "/third", 308), ok("there")});
    auto request = get("/here");
    request.headers.push_back({"Authorization", "Bearer t"});
    check_body(world.send(*client, request), "there");
    CHECK(world.server.requests().at(1).rfind("GET /else?x=1 HTTP", 0) == 0);
    CHECK(world.server.requests().at(2).rfind("GET /third HTTP", 0) == 0);
    CHECK(world.server.requests().at(2).find("Bearer t") != std::string::npos);
    CHECK(world.server.connections() == 1);
  }
  SUBCASE("at most three of them") {
    world.server.answers({redirect("/1"), redirect("/2"), redirect("/3"), redirect("/4")});
    check_error(world.send(*client, get("/")), ErrorKind::protocol, "redirects again and again");
    CHECK(world.server.requests().size() == 4);
  }
  SUBCASE("to another host are refused, and nothing is sent there") {
    ScriptedServer second(world.loop);
    world.server.answers({redirect(second.url() + "/steal")});
    check_error(world.send(*client, get("/")), ErrorKind::protocol, "another host");
    CHECK(second.connections() == 0);
  }
  SUBCASE("of what is no GET are refused") {
    world.server.answers({redirect("/else", 307)});
    check_error(world.send(*client, post("/", "{}")), ErrorKind::protocol, "answers POST with a redirect (307)");
  }
  SUBCASE("without a place to go are plain responses") {
    world.server.answers({"HTTP/1.1 304 Not Modified\r\n\r\n", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"});
    CHECK(world.send(*client, get("/"))->status == 304);
    CHECK(world.send(*client, get("/"))->status == 302);
  }
}
