// TLS: who is trusted, what is sent to whom, and what a cut means.
#include <doctest/doctest.h>

#include "tests/connectors/http/client_fixture.h"
#include "tests/connectors/http/gzip.h"
#include "tests/connectors/http/test_ca.h"

using namespace crmsync;
using namespace crmsync::connectors::http;
using namespace std::chrono_literals;

namespace {

struct TlsWorld {
  explicit TlsWorld(const Claims& claims = {}) : context(ca.server(claims)) {}

  TestCa ca;
  asio::ssl::context context;
  Loop loop;
  ScriptedServer server{loop, &context};

  ClientOptions options() const {
    ClientOptions options;
    options.base_url = server.url();
    options.ca_file = ca.file();
    options.timeouts = patient();
    return options;
  }
  std::unique_ptr<Client> client(ClientOptions options) {
    auto made = Client::make(std::move(options), loop.executor());
    REQUIRE(made.has_value());
    return std::move(*made);
  }
  Result<Response> send(const ClientOptions& with) {
    const auto one = client(with);
    return loop.wait(one->send(get("/secret")));
  }
  // No request may have been told to who is not trusted.
  void refuses(const ClientOptions& with, const std::string& why) {
    server.answers({ok("{}")});
    check_error(send(with), ErrorKind::transient, "its certificate is not trusted: " + why);
    loop.until([&] { return server.open_connections() == 0; });
    CHECK(server.requests().empty());
  }
};

}  // namespace

TEST_CASE("a server that is what it says") {
  TlsWorld world;
  SUBCASE("is spoken to, by its name") {
    std::string asked_for;
    world.server.script([&](Peer& peer) -> asio::awaitable<void> {
      asked_for = peer.server_name();
      co_await peer.request();
      co_await peer.send(ok("{}"));
      co_await peer.request();
    });
    check_body(world.send(world.options()), "{}");
    CHECK(asked_for == "localhost");
  }
  SUBCASE("is spoken to again on the same connection") {
    const std::string large(500'000, '3');
    world.server.answers({ok("1"), ok(gzip("2"), "Content-Encoding: gzip\r\n"), ok(large)});
    const auto client = world.client(world.options());
    const auto request = get("/");
    check_body(world.loop.wait(client->send(request)), "1");
    check_body(world.loop.wait(client->send(request)), "2");
    check_body(world.loop.wait(client->send(post("/", large))), large);
    CHECK(world.server.connections() == 1);
  }
  SUBCASE("and that is known by its address has no name to ask for") {
    TlsWorld other({"IP:127.0.0.1", -3600, 3600});
    std::string asked_for = "nothing yet";
    other.server.script([&](Peer& peer) -> asio::awaitable<void> {
      asked_for = peer.server_name();
      co_await peer.request();
      co_await peer.send(ok("{}"));
    });
    ClientOptions options = other.options();
    options.base_url = "https://127.0.0.1:" + std::to_string(other.server.port());
    check_body(other.send(options), "{}");
    CHECK(asked_for.empty());
  }
}

TEST_CASE("who is not trusted is told nothing") {
  SUBCASE("a wrong host") {
    TlsWorld world({"DNS:other.example,DNS:localhost.example,DNS:*.localhost,IP:127.0.0.1", -3600, 3600});
    world.refuses(world.options(), "hostname mismatch: base_url has to");
  }
  SUBCASE("a wrong address") {
    TlsWorld world({"DNS:localhost,IP:127.0.0.2,DNS:127.0.0.1", -3600, 3600});
    ClientOptions options = world.options();
    options.base_url = "https://127.0.0.1:" + std::to_string(world.server.port());
    world.refuses(options, "IP address mismatch: base_url has to");
  }
  SUBCASE("expired") {
    TlsWorld world({"DNS:localhost", -7200, -3600});
    world.refuses(world.options(), "certificate has expired: the server needs a new one");
  }
  SUBCASE("not valid yet") {
    TlsWorld world({"DNS:localhost", 3600, 7200});
    world.refuses(world.options(), "certificate is not yet valid: this machine's clock");
  }
  SUBCASE("of a CA that nobody knows") {
    TlsWorld world;
    ClientOptions options = world.options();
    std::string why;
    SUBCASE("to the system") {
      options.ca_file.clear();
      why = "unable to get local issuer certificate: if its issuer is to be trusted, ca_file";
    }
    TestCa other;
    SUBCASE("to the file, though it has the same name") {
      options.ca_file = other.file();
      why = "certificate signature failure: if its issuer is to be trusted, ca_file";
    }
    world.refuses(options, why);
  }
}

TEST_CASE("TLS that fails") {
  SUBCASE("a server that speaks none") {
    TlsWorld world;
    ScriptedServer plain(world.loop);
    plain.answers({ok("{}")});
    ClientOptions options = world.options();
    options.base_url = "https://localhost:" + std::to_string(plain.port());
    plain.script([](Peer&) -> asio::awaitable<void> { co_return; });
    options.timeouts.connect = 300ms;
    check_error(world.send(options), ErrorKind::transient, "localhost:");
    CHECK(plain.requests().empty());
  }
  SUBCASE("a server that never shakes hands") {
    TlsWorld world;
    ScriptedServer silent(world.loop);
    Gate never(world.loop);
    silent.script([&](Peer&) -> asio::awaitable<void> { co_await never.wait(); });
    ClientOptions options = world.options();
    options.base_url = "https://localhost:" + std::to_string(silent.port());
    options.timeouts.connect = 20ms;
    check_error(world.send(options), ErrorKind::transient, "connecting took too long");
  }
  SUBCASE("an old protocol") {
    TlsWorld world;
    SSL_CTX_set_security_level(world.context.native_handle(), 0);
    SSL_CTX_set_min_proto_version(world.context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(world.context.native_handle(), TLS1_1_VERSION);
    world.server.answers({ok("{}")});
    check_error(world.send(world.options()), ErrorKind::transient, "TLS: ");
  }
}

TEST_CASE("a body to the end of the connection is whole only with TLS's farewell") {
  for (const bool cut : {false, true}) {
    TlsWorld world;
    const auto script = [cut](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send("HTTP/1.1 200 OK\r\n\r\nhalf of it");
      if (!cut) co_await peer.farewell();
      peer.close();
    };
    world.server.script(script);
    const auto response = world.send(world.options());
    if (cut)
      check_error(response, ErrorKind::transient, "cut off");
    else
      check_body(response, "half of it");
  }
}

TEST_CASE("a request over TLS is cancelled at any step of the way, and the client works on") {
  TlsWorld world;
  bool ended = false;
  std::size_t cancelled = 0;
  for (std::size_t steps = 0; !ended; ++steps) {
    REQUIRE(steps < 1000);
    const auto client = world.client(world.options());
    for (int i = 0; i < 2; ++i) world.server.answers({ok(std::string(50'000, 'x')), ok("after")});
    const auto request = get("/");
    const auto running = world.loop.start(client->send(request));
    world.loop.steps(steps, [&] { return running->done; });
    ended = running->done;
    running->stop.emit(asio::cancellation_type::terminal);
    try {
      cancelled += !world.loop.result(running).has_value();
    } catch (const boost::system::system_error& aborted) {
      CHECK(aborted.code() == asio::error::operation_aborted);
      ++cancelled;
    }
    CHECK(world.loop.wait(client->send(request)).has_value());
  }
  CHECK(cancelled > 5);
}

TEST_CASE("ca_file") {
  Loop loop;
  ClientOptions options;
  options.base_url = "https://localhost:1";
  SUBCASE("that is none is refused by its name") {
    TestCa ca;
    for (const std::string& file : {std::string("/does/not/exist.pem"), std::string("/dev/null")}) {
      options.ca_file = file;
      const auto made = Client::make(options, loop.executor());
      REQUIRE_FALSE(made.has_value());
      CHECK(made.error().kind == ErrorKind::config);
      CHECK(made.error().message.rfind("ca_file: " + file, 0) == 0);
    }
  }
  SUBCASE("is of no use without TLS, and that is said") {
    options.base_url = "http://127.0.0.1:1";
    options.ca_file = "/dev/null";
    const auto made = Client::make(options, loop.executor());
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message.rfind("ca_file ", 0) == 0);
  }
  SUBCASE("and base_url, proxy: errors name the option") {
    options.base_url = "http://api.example.com";
    CHECK(Client::make(options, loop.executor()).error().message.rfind("base_url begins with http://", 0) == 0);
    options.base_url = "https://api.example.com";
    options.proxy = "https://user:secret@proxy.example";
    const auto made = Client::make(options, loop.executor());
    CHECK(made.error().message.rfind("proxy begins with https://", 0) == 0);
    CHECK(made.error().message.find("secret") == std::string::npos);
    options.base_url = "http://127.0.0.1:1";
    options.proxy = "http://proxy.example";
    CHECK(Client::make(options, loop.executor()).error().message.rfind("proxy is not on this machine", 0) == 0);
  }
}
