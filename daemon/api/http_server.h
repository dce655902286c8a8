// An HTTP/1.1 server on a Unix socket and, optionally, a TCP address: by TLS any, plain on loopback. Knows connections,
// limits and deadlines; what a request means is the handler's. Used by the daemon; Beast stays in the .cpp. Everything
// happens on the one executor it is given.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>

#include "core/result.h"
#include "daemon/api/http_message.h"

namespace crmsync::api {

class TlsContext;

struct HttpLimits {
  std::size_t header = 16 * 1024;
  std::size_t body = 8 * 1024 * 1024;         // the most that any Admission can allow
  std::size_t upload = std::size_t{4} << 30;  // the same for routes that take files
  std::size_t connections = 256;
  std::chrono::milliseconds handshake{10'000};        // of TLS
  std::chrono::milliseconds idle{60'000};             // between two requests
  std::chrono::milliseconds header_deadline{10'000};  // from its first byte to its last
  std::chrono::milliseconds body_deadline{60'000};    // from the header's end to the body's
  std::chrono::milliseconds write_stall{30'000};      // without the peer taking a byte
};

struct Listen {
  std::string socket;                    // path of the Unix socket; empty: none
  std::optional<std::string> tcp;        // "127.0.0.1:8710", "[::1]:8710", "localhost:8710"; port 0: any
  std::shared_ptr<TlsContext> tls = {};  // for TCP; nullptr: in the clear
};

class HttpServer {
 public:
  // `admit` decides with the header alone; `handle` answers the whole request. Both may not throw. The request lives
  // until the handler is done.
  using Admit = std::function<Admission(const HttpRequest&)>;
  using Handle = std::function<asio::awaitable<HttpResponse>(const HttpRequest&)>;

  HttpServer(asio::any_io_executor executor, Listen listen, HttpLimits limits, Admit admit, Handle handle);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds, listens and starts to accept. The error names the address and the cure. A socket file that nobody answers on
  // is replaced; one that somebody answers on, or a file that is no socket, is an error.
  Result<void> start();
  // For connections that are opened from now on; others go on with what they began with. False: the server began in the
  // clear and stays so, or there is nothing new.
  bool renew(std::shared_ptr<TlsContext> tls);
  // Stops accepting, lets the requests in hand finish until the deadline, cancels the rest.
  asio::awaitable<void> stop(std::chrono::milliseconds deadline);

  std::uint16_t tcp_port() const noexcept;  // 0 without TCP
  std::size_t open_connections() const noexcept;

 private:
  struct Core;
  std::shared_ptr<Core> core_;  // shared with the connections' coroutines, which end after stop() at the latest
};

}  // namespace crmsync::api
