// One connection to a server, by TCP or TLS, straight or through a proxy, each step under a deadline. Used by Client.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/http/client.h"
#include "connectors/http/response_parser.h"
#include "connectors/http/tls.h"
#include "connectors/http/url.h"
#include "core/result.h"

namespace crmsync::connectors::http {

// Where connections go; all of it outlives them.
struct Route {
  const Url& server;
  const Url* proxy;         // null: none
  asio::ssl::context* tls;  // null: plain
  std::string_view tunnel;  // what a proxy is sent first (CONNECT), if anything
  const Timeouts& timeouts;
};

// Whoever is waiting when a deadline passes finds the socket closed. Any failure leaves the connection useless.
class Connection {
 public:
  explicit Connection(asio::any_io_executor executor);
  ~Connection();

  asio::awaitable<Result<void>> open(const Route& route);

  // `transient`, naming `step` when the time is over.
  asio::awaitable<Result<void>> write(std::string_view bytes);
  // At least one byte; none at the proper end of the stream. A cut is `transient`.
  asio::awaitable<Result<std::string_view>> read();

  // From now on until the next call; `step` names what takes too long.
  void set_deadline(std::chrono::steady_clock::time_point when, std::string step);
  void clear_deadline();
  bool late() const;

  // Nothing has come while nothing was asked for, not even the end.
  bool is_quiet() const;

  std::chrono::steady_clock::time_point idle_since{};

 private:
  struct Parts;
  asio::awaitable<Result<void>> connect(const Url& host, bool loopback_only, const Timeouts& timeouts);
  asio::awaitable<Result<void>> tunnel(std::string_view head);
  asio::awaitable<Result<void>> shake_hands(const Url& server, asio::ssl::context& context);
  Error failure(const boost::system::error_code& ec) const;

  std::unique_ptr<Parts> parts_;
};

}  // namespace crmsync::connectors::http
