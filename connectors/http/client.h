// Sends one request and reads one response: TLS, keep-alive, gzip, deadlines and limits. No retries, no credentials, no
// idea of what a status means: that is http::Api's. Used by Api and by OAuth.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "connectors/http/message.h"
#include "core/result.h"

namespace crmsync::connectors::http {

namespace asio = boost::asio;

struct Timeouts {
  std::chrono::milliseconds resolve{5'000};
  std::chrono::milliseconds connect{10'000};  // TCP, the proxy's CONNECT and TLS
  std::chrono::milliseconds first_byte{30'000};
  std::chrono::milliseconds whole{120'000};  // from the first byte sent to the last one read
  std::chrono::milliseconds idle{60'000};    // a kept connection that was unused for so long is not used again
};

struct ClientOptions {
  std::string base_url;  // "https://api.example.com[:port][/prefix]"; plain http only to a loopback address
  std::string ca_file;   // PEM; empty: the system's roots
  std::string proxy;     // "http://[user:password@]host:port" (CONNECT for https); empty: none
  std::string user_agent = "crmsyncd";
  Timeouts timeouts;
  std::size_t max_header = 64 << 10;
  std::size_t max_body = 32 << 20;  // after decompression, too
  std::size_t max_idle = 4;         // connections that are kept
};

class Client {
 public:
  // `config` errors name the option: base_url, ca_file, proxy.
  static Result<std::unique_ptr<Client>> make(ClientOptions options, asio::any_io_executor executor);
  virtual ~Client() = default;

  // One attempt. Errors: `transient` (no connection, cut, a deadline), `protocol` (not HTTP, over a limit, a redirect
  // to another host), `cancelled`; `unauthorized` only from a proxy that wants another user or password. The message
  // names host and step, never query, header or body. A request on a kept connection that the server had closed before
  // it answered is sent once more on a new one if repeating it is safe (GET, HEAD, `Request::repeatable`, or
  // `Request::headers` has Idempotency-Key).
  // `request` has to live until the await has ended, and so has the client.
  virtual asio::awaitable<Result<Response>> send(const Request& request) = 0;
};

}  // namespace crmsync::connectors::http
