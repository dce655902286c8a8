// Requests through an HTTP proxy.
#include <doctest/doctest.h>

#include "tests/connectors/http/client_fixture.h"
#include "tests/connectors/http/test_ca.h"

using namespace crmsync;
using namespace crmsync::connectors::http;
using namespace std::chrono_literals;

namespace {

// A proxy that ends the tunnel itself, as if it were the server behind it.
struct ProxyWorld {
  TestCa ca;
  asio::ssl::context context = ca.server({"DNS:api.example.com", -3600, 3600});
  Loop loop;
  ScriptedServer proxy{loop};

  ClientOptions options(const std::string& user = "") const {
    ClientOptions options;
    options.base_url = "https://api.example.com/crm";
    options.ca_file = ca.file();
    options.proxy = "http://" + user + "127.0.0.1:" + std::to_string(proxy.port());
    options.timeouts = patient();
    return options;
  }
  std::unique_ptr<Client> client(ClientOptions options) {
    auto made = Client::make(std::move(options), loop.executor());
    REQUIRE(made.has_value());
    return std::move(*made);
  }
  Result<Response> send(const ClientOptions& with, const Request& request = get("/a")) {
    const auto one = client(with);
    return loop.wait(one->send(request));
  }
  void tunnels(std::string welcome, std::vector<std::string> answers) {
    const auto script = [this, welcome, answers](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send(welcome);
      peer.become_tls(context);
      co_await peer.handshake();
      for (const std::string& answer : answers) {
        co_await peer.request();
        co_await peer.send(answer);
      }
      co_await peer.request();
    };
    proxy.script(script);
  }
};

bool has_header(const std::string& request, const std::string& line) {
  return request.find("\r\n" + line + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("https through a proxy") {
  ProxyWorld world;
  SUBCASE("is a tunnel, and the proxy's password is not for the server") {
    world.tunnels("HTTP/1.0 200 Connection established\r\n\r\n", {ok("{}")});
    auto request = get("/a");
    request.headers.push_back({"Authorization", "Bearer t"});
    check_body(world.send(world.options("me:p%40ss@"), request), "{}");
    const std::string& connect = world.proxy.requests().at(0);
    CHECK(connect.rfind("CONNECT api.example.com:443 HTTP/1.1\r\n", 0) == 0);
    CHECK(has_header(connect, "Host: api.example.com:443"));
    CHECK(has_header(connect, "Proxy-Authorization: Basic bWU6cEBzcw=="));
    CHECK(connect.find("Bearer") == std::string::npos);
    const std::string& inner = world.proxy.requests().at(1);
    CHECK(inner.rfind("GET /crm/a HTTP/1.1\r\n", 0) == 0);
    CHECK(has_header(inner, "Host: api.example.com"));
    CHECK(inner.find("Proxy-Authorization") == std::string::npos);
  }
  SUBCASE("is one tunnel for many requests") {
    world.tunnels("HTTP/1.1 200 OK\r\n\r\n", {ok("1"), ok("2")});
    const auto client = world.client(world.options());
    const auto request = get("/");
    check_body(world.loop.wait(client->send(request)), "1");
    check_body(world.loop.wait(client->send(request)), "2");
    CHECK(world.proxy.connections() == 1);
    CHECK(world.proxy.requests().at(0).find("Proxy-Authorization") == std::string::npos);
  }
  SUBCASE("does not make the proxy the server") {
    world.context = world.ca.server({"DNS:localhost,IP:127.0.0.1", -3600, 3600});
    world.tunnels("HTTP/1.1 200 OK\r\n\r\n", {ok("1")});
    check_error(world.send(world.options()), ErrorKind::transient, "not trusted: hostname mismatch");
    CHECK(world.proxy.requests().size() == 1);
  }
}

TEST_CASE("a proxy that does not do it") {
  ProxyWorld world;
  const auto says = [&](const std::string& text) { world.proxy.answers({text}); };
  SUBCASE("because it wants another user") {
    says("HTTP/1.1 407 Auth\r\nContent-Length: 5\r\n\r\nhello");
    const auto response = world.send(world.options("me:secret@"));
    check_error(response, ErrorKind::unauthorized, "the proxy 127.0.0.1:");
    CHECK(response.error().message.find("secret") == std::string::npos);
  }
  SUBCASE("because it cannot") {
    says("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    check_error(world.send(world.options()), ErrorKind::transient, "answers 502 to CONNECT");
  }
  SUBCASE("because it is none") {
    says("220 mail.example ESMTP\r\n");
    check_error(world.send(world.options()), ErrorKind::protocol, "the proxy 127.0.0.1:");
  }
  SUBCASE("because it hangs up") {
    world.proxy.script([](Peer& peer) -> asio::awaitable<void> {
      co_await peer.request();
      co_await peer.send("HTTP/1.1 200");
      peer.close();
    });
    check_error(world.send(world.options()), ErrorKind::transient, "cut off");
  }
  SUBCASE("because it speaks in the server's place") {
    says("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}");
    check_error(world.send(world.options()), ErrorKind::protocol, "where the server should");
  }
  SUBCASE("because it says nothing") {
    Gate never(world.loop);
    world.proxy.script([&](Peer&) -> asio::awaitable<void> { co_await never.wait(); });
    ClientOptions options = world.options();
    options.timeouts.connect = 20ms;
    check_error(world.send(options), ErrorKind::transient, "connecting took too long");
  }
  SUBCASE("because it is not there") {
    ClientOptions options = world.options();
    options.proxy = ScriptedServer(world.loop).url();
    check_error(world.send(options), ErrorKind::transient, "the proxy 127.0.0.1:");
  }
}

TEST_CASE("plain http through a proxy on this machine is asked for by its whole URL") {
  ProxyWorld world;
  ClientOptions options = world.options("me:pass@");
  options.base_url = "http://localhost:8711/crm";
  options.ca_file.clear();
  SUBCASE("") {
    world.proxy.answers({ok("{}")});
    check_body(world.send(options), "{}");
    const std::string& sent = world.proxy.requests().at(0);
    CHECK(sent.rfind("GET http://localhost:8711/crm/a HTTP/1.1\r\n", 0) == 0);
    CHECK(has_header(sent, "Host: localhost:8711"));
    CHECK(has_header(sent, "Proxy-Authorization: Basic bWU6cGFzcw=="));
  }
  SUBCASE("and if it wants another user, that is said") {
    world.proxy.answers({"HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n"});
    check_error(world.send(options), ErrorKind::unauthorized, "the proxy does not accept");
  }
}
