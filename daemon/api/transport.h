// The bytes of one connection, in the clear or by TLS, each step under a deadline. Used by http_session.cpp and
// http_server.cpp. TLS's templates are compiled in transport_tls.cpp alone.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/api/tls_context.h"

namespace crmsync::api {

namespace asio = boost::asio;

class Transport {
 public:
  using Socket = asio::generic::stream_protocol::socket;
  using Clock = std::chrono::steady_clock;
  enum class Greeting { done, plain_http, failed };
  enum class Got { more, closed, late };

  // Without `tls`: in the clear.
  Transport(Socket socket, std::shared_ptr<TlsContext> tls);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // First of all, where TLS is spoken. plain_http: the client speaks HTTP without TLS, and from now on so do we, to say
  // that.
  asio::awaitable<Greeting> shake_hands(Clock::time_point deadline);
  // Reads at least one byte, and at most `room`, behind what is in `in`.
  asio::awaitable<Got> read_more(std::string& in, std::size_t room, Clock::time_point deadline);
  // False when the peer is gone or takes nothing for too long.
  asio::awaitable<bool> write_all(std::string_view data, std::chrono::milliseconds stall);
  // The end of what is written, so that the peer knows that nothing is missing. What is read afterwards is thrown away.
  asio::awaitable<void> farewell(Clock::time_point deadline);

  bool by_tls() const noexcept { return tls_ != nullptr; }
  Socket& socket() noexcept { return socket_; }

 private:
  struct Tls;
  asio::awaitable<Got> read_more_tls(std::string& in, std::size_t room, Clock::time_point deadline);
  asio::awaitable<bool> write_all_tls(std::string_view data, std::chrono::milliseconds stall);

  Socket socket_;
  asio::steady_timer timer_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace crmsync::api
