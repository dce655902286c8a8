// Deadlines and cancellation of Client and of the look-up of names.
#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <stdexcept>

#include "connectors/http/resolve.h"
#include "tests/connectors/http/client_fixture.h"
#include "tests/connectors/http/gzip.h"

using namespace crmsync;
using namespace crmsync::connectors::http;
using namespace std::chrono_literals;

TEST_CASE("deadlines") {
  World world;
  ClientOptions options = world.options();
  SUBCASE("of the first byte") {
    options.timeouts.first_byte = 1ms;
    Gate never(world.loop);
    world.server.script([&](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await never.wait();
    });
    check_error(world.send(*world.client(options), get("/")), ErrorKind::transient, "waiting for the first byte");
  }
  SUBCASE("of the whole answer, though bytes keep coming") {
    options.timeouts.whole = 5ms;
    const auto script = [](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (;;) {
        co_await peer.send("1\r\nx\r\n");
        co_await asio::post(asio::use_awaitable);
      }
    };
    world.server.script(script);
    check_error(world.send(*world.client(options), get("/")), ErrorKind::transient, " took too long");
  }
  SUBCASE("of the whole, within the answer") {
    options.timeouts.whole = 50ms;
    Gate never(world.loop);
    world.server.script([&](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send("HTTP/1.1 200 OK\r\n");
      co_await never.wait();
    });
    check_error(world.send(*world.client(options), get("/")), ErrorKind::transient,
                "reading the whole answer took too");
  }
  SUBCASE("of sending: a server that reads nothing") {
    options.timeouts.first_byte = 20ms;
    Gate never(world.loop);
    world.server.script([&](Peer&) -> asio::awaitable<void> { co_await never.wait(); });
    check_error(world.send(*world.client(options), post("/", std::string(64 << 20, 'x'))), ErrorKind::transient,
                "took too long");
  }
  SUBCASE("a kept connection's silence is not tried again: the server has had its time") {
    options.timeouts.first_byte = 50ms;
    Gate never(world.loop);
    world.server.script([&](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send(ok("1"));
      co_await peer.request();
      co_await never.wait();
    });
    const auto client = world.client(options);
    check_body(world.send(*client, get("/")), "1");
    check_error(world.send(*client, get("/")), ErrorKind::transient, "first byte");
    CHECK(world.server.connections() == 1);
  }
}

TEST_CASE("looking up names") {
  Loop loop;
  const LookUp nobody = [](const std::string&, std::uint16_t, boost::system::error_code&) -> Endpoints {
    throw std::logic_error("not to be asked");
  };
  SUBCASE("an address needs none") {
    for (const char* host : {"127.0.0.1", "::1"}) {
      const auto found = loop.wait(resolve(host, 80, 1h, nobody));
      REQUIRE(found.has_value());
      CHECK(found->at(0).address().to_string() == host);
      CHECK(found->at(0).port() == 80);
    }
  }
  SUBCASE("what the system knows") {
    const auto found = loop.wait(resolve("localhost", 81, 1h));
    REQUIRE(found.has_value());
    for (const auto& endpoint : *found) {
      CHECK(endpoint.address().is_loopback());
      CHECK(endpoint.port() == 81);
    }
  }
  SUBCASE("a failure says why") {
    const auto found = loop.wait(resolve("a.example", 80, 1h, [](auto&, auto, auto& ec) -> Endpoints {
      ec = asio::error::host_not_found;
      return {};
    }));
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == ErrorKind::transient);
    CHECK(found.error().message.find("looking up its name: ") == 0);
    const auto none = loop.wait(resolve("a.example", 80, 1h, [](auto&, auto, auto&) { return Endpoints(); }));
    CHECK(none.error().message.find("no address") != std::string::npos);
  }
}

TEST_CASE("a name server that does not answer") {
  std::promise<void> answered;
  const auto answer = answered.get_future().share();
  std::promise<void> asked;
  {
    Loop loop;
    const LookUp stuck = [&asked, answer](auto&, auto port, auto&) {
      asked.set_value();
      answer.wait();
      return Endpoints{{asio::ip::address_v4::loopback(), port}};
    };
    SUBCASE("is waited for until the deadline, no longer") {
      const auto found = loop.wait(resolve("a.example", 80, 1ms, stuck));
      REQUIRE_FALSE(found.has_value());
      CHECK(found.error().message == "looking up its name: no answer within 1 ms");
    }
    SUBCASE("is left behind at once when cancelled") {
      const auto running = loop.start(resolve("a.example", 80, 1h, stuck));
      loop.steps(1, [] { return false; });
      running->stop.emit(asio::cancellation_type::terminal);
      const auto found = loop.result(running);
      REQUIRE_FALSE(found.has_value());
      CHECK(found.error().kind == ErrorKind::cancelled);
    }
    SUBCASE("may answer after the loop has ended") {
      loop.start(resolve("a.example", 80, 1h, stuck));
      loop.steps(1, [] { return false; });
    }
    asked.get_future().wait();
  }
  answered.set_value();
}

TEST_CASE("a request is cancelled at any step of the way, and the client works on") {
  const std::string body(200'000, 'x');
  bool ended = false;
  std::size_t cancelled = 0;
  for (std::size_t steps = 0; !ended; ++steps) {
    REQUIRE(steps < 10'000);
    World one;
    const auto client = one.client();
    for (int i = 0; i < 2; ++i) one.server.answers({ok(gzip(body), "Content-Encoding: gzip\r\n"), ok("after")});
    const auto request = get("/");
    const auto running = one.loop.start(client->send(request));
    one.loop.steps(steps, [&] { return running->done; });
    ended = running->done;
    running->stop.emit(asio::cancellation_type::terminal);
    try {
      const auto response = one.loop.result(running);
      if (!response.has_value()) {
        check_error(response, ErrorKind::cancelled, "cancelled");
        ++cancelled;
      }
    } catch (const boost::system::system_error& aborted) {
      // Cut off before it had begun.
      CHECK(aborted.code() == asio::error::operation_aborted);
      ++cancelled;
    }
    CHECK(one.send(*client, request).has_value());
  }
  CHECK(cancelled > 5);
}
