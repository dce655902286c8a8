// Connections that are kept for the next request.
#include <doctest/doctest.h>

#include "tests/connectors/http/client_fixture.h"

using namespace crmsync;
using namespace crmsync::connectors::http;

TEST_CASE("a connection is used again") {
  World world;
  const auto client = world.client();
  SUBCASE("for one request after the other") {
    world.server.answers({ok("1"), ok("2"), ok("3")});
    for (const char* body : {"1", "2", "3"}) check_body(world.send(*client, get("/")), body);
    CHECK(world.server.connections() == 1);
  }
  SUBCASE("not if the server says close") {
    world.server.answers({ok("1", "Connection: close\r\n")});
    world.server.answers({ok("2")});
    check_body(world.send(*client, get("/")), "1");
    check_body(world.send(*client, get("/")), "2");
    CHECK(world.server.connections() == 2);
  }
  SUBCASE("not if the server speaks unasked, so that no answer is taken for another's") {
    Gate gate(world.loop);
    world.server.script([&](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send(ok("1"));
      co_await gate.wait();
      co_await peer.send(ok("forged"));
      co_await peer.request();
    });
    world.server.answers({ok("2")});
    check_body(world.send(*client, get("/")), "1");
    gate.open();
    world.loop.settle();
    check_body(world.send(*client, get("/")), "2");
  }
  SUBCASE("not after its idle time") {
    ClientOptions options = world.options();
    options.timeouts.idle = std::chrono::milliseconds(0);
    const auto hasty = world.client(options);
    world.server.answers({ok("1")});
    world.server.answers({ok("2")});
    check_body(world.send(*hasty, get("/")), "1");
    check_body(world.send(*hasty, get("/")), "2");
    CHECK(world.server.connections() == 2);
  }
  SUBCASE("requests at the same time have one each, and no more are kept than allowed") {
    ClientOptions options = world.options();
    options.max_idle = 2;
    const auto three = world.client(options);
    for (int i = 0; i < 3; ++i) world.server.answers({ok("x"), ok("y")});
    std::vector<std::shared_ptr<Running<Result<Response>>>> running;
    const auto request = get("/");
    for (int i = 0; i < 3; ++i) running.push_back(world.loop.start(three->send(request)));
    for (auto& one : running) check_body(world.loop.result(one), "x");
    CHECK(world.server.connections() == 3);
    world.loop.until([&] { return world.server.open_connections() == 2; });
  }
}

TEST_CASE("a kept connection that turns out to be closed") {
  World world;
  const auto client = world.client();
  world.server.script([&](Peer& peer) -> asio::awaitable<void> {
    co_await peer.request();
    co_await peer.send(ok("1"));
    co_await peer.request();
    peer.close();
  });
  world.server.answers({ok("2")});
  check_body(world.send(*client, get("/")), "1");
  SUBCASE("is no failure where repeating is safe") {
    check_body(world.send(*client, get("/again")), "2");
    CHECK(world.server.requests().size() == 3);
  }
  SUBCASE("nor where the request says that it is safe") {
    auto request = post("/again", "{}");
    SUBCASE("by its key") { request.headers.push_back({"Idempotency-Key", "k"}); }
    SUBCASE("by its author") { request.repeatable = true; }
    check_body(world.send(*client, request), "2");
  }
  SUBCASE("is one where the first may have been done: nothing is sent twice") {
    check_error(world.send(*client, post("/again", "{}")), ErrorKind::transient, "cut off");
    CHECK(world.server.requests().size() == 2);
    CHECK(world.server.connections() == 1);
  }
}

TEST_CASE("a kept connection that breaks within the answer is a failure: once is enough") {
  World world;
  const auto client = world.client();
  world.server.script([&](Peer& peer) -> asio::awaitable<void> {
    co_await peer.request();
    co_await peer.send(ok("1"));
    co_await peer.request();
    co_await peer.send("H");
    peer.close();
  });
  check_body(world.send(*client, get("/")), "1");
  check_error(world.send(*client, get("/")), ErrorKind::transient, "cut off");
  CHECK(world.server.connections() == 1);
}

TEST_CASE("a kept connection that the server has closed meanwhile is not even tried") {
  World world;
  const auto client = world.client();
  world.server.script([&](Peer& peer) -> asio::awaitable<void> {
    co_await peer.request();
    co_await peer.send(ok("1"));
  });
  world.server.answers({ok("2")});
  check_body(world.send(*client, get("/")), "1");
  world.loop.until([&] { return world.server.open_connections() == 0; });
  check_body(world.send(*client, post("/", "{}")), "2");
  CHECK(world.server.requests().size() == 2);
}

TEST_CASE("what a new connection cannot do is not tried again") {
  World world;
  const auto client = world.client();
  world.server.script([](Peer& peer) -> asio::awaitable<void> {
    co_await peer.request();
    peer.close();
  });
  check_error(world.send(*client, get("/")), ErrorKind::transient, "cut off");
  CHECK(world.server.connections() == 1);
}
