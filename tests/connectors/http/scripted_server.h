// A server on loopback that says exactly what a test wants, byte by byte, one script for each connection.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/connectors/http/loop.h"

namespace crmsync::connectors::http {

// Closed until it is opened; whoever waits at it goes on then.
class Gate {
 public:
  explicit Gate(Loop& loop) : timer_(loop.executor(), asio::steady_timer::time_point::max()) {}
  void open() { timer_.expires_at(asio::steady_timer::time_point::min()); }
  asio::awaitable<void> wait();

 private:
  asio::steady_timer timer_;
};

// The server's end of a connection. Failures end the script.
class Peer {
 public:
  virtual ~Peer() = default;
  // One whole request: head and body by Content-Length. Empty once the client has hung up.
  virtual asio::awaitable<std::string> request() = 0;
  virtual asio::awaitable<void> send(std::string_view bytes) = 0;
  virtual asio::awaitable<void> handshake() = 0;
  // What follows is TLS, as a proxy's tunnel would end.
  virtual void become_tls(asio::ssl::context& context) = 0;
  virtual std::string server_name() = 0;  // what SNI asked for
  virtual void close() = 0;               // without TLS's farewell
  virtual asio::awaitable<void> farewell() = 0;
  virtual void reset() = 0;  // RST instead of FIN
};

class ScriptedServer {
 public:
  using Script = std::function<asio::awaitable<void>(Peer&)>;

  // With a context the server speaks TLS from the start.
  explicit ScriptedServer(Loop& loop, asio::ssl::context* tls = nullptr);
  ~ScriptedServer();

  // For the next connection that none is for yet. Where scripts have run out connections are closed at once.
  void script(Script script);
  // One that answers so to each request of one connection, then waits for the client to hang up.
  void answers(std::vector<std::string> responses);

  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:PORT", "https://localhost:PORT"
  std::size_t connections() const;
  const std::vector<std::string>& requests() const;
  std::size_t open_connections() const;

  struct State;  // shared with what runs for the server

 private:
  std::shared_ptr<State> state_;
};

std::string ok(std::string_view body, std::string_view headers = "");

}  // namespace crmsync::connectors::http
