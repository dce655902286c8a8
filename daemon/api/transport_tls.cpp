// What Transport does by TLS.
#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/api/transport.h"

namespace crmsync::api {

using asio::use_awaitable;
using asio::experimental::make_parallel_group;
using asio::experimental::wait_for_one;

struct Transport::Tls {
  Tls(Socket& socket, std::shared_ptr<TlsContext> c) : context(std::move(c)), stream(socket, context->native()) {}

  std::shared_ptr<TlsContext> context;
  asio::ssl::stream<Socket&> stream;
};

Transport::Transport(Socket socket, std::shared_ptr<TlsContext> tls)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      tls_(tls ? std::make_unique<Tls>(socket_, std::move(tls)) : nullptr) {}

Transport::~Transport() = default;

asio::awaitable<Transport::Greeting> Transport::shake_hands(Clock::time_point deadline) {
  if (!tls_) co_return Greeting::done;
  timer_.expires_at(deadline);
  auto shake = tls_->stream.async_handshake(asio::ssl::stream_base::server, asio::deferred);
  auto wait = timer_.async_wait(asio::deferred);
  auto group = make_parallel_group(std::move(shake), std::move(wait));
  const auto [order, error, wait_error] = co_await group.async_wait(wait_for_one(), use_awaitable);
  if (!error) co_return Greeting::done;
  tls_.reset();
  const bool from_tls = error.category() == asio::error::get_ssl_category();
  const auto code = static_cast<unsigned long>(error.value());
  co_return from_tls&& ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST ? Greeting::plain_http : Greeting::failed;
}

asio::awaitable<Transport::Got> Transport::read_more_tls(std::string& in, std::size_t room,
                                                         Clock::time_point deadline) {
  const std::size_t had = in.size();
  in.resize(had + room);
  timer_.expires_at(deadline);
  auto read = tls_->stream.async_read_some(asio::buffer(in.data() + had, room), asio::deferred);
  auto wait = timer_.async_wait(asio::deferred);
  auto group = make_parallel_group(std::move(read), std::move(wait));
  const auto [order, read_error, count, wait_error] = co_await group.async_wait(wait_for_one(), use_awaitable);
  in.resize(had + (read_error ? 0 : count));
  if (!read_error && count > 0) co_return Got::more;
  co_return order[0] == 1 ? Got::late : Got::closed;
}

// One TLS record at a time, so that the deadline is one for progress.
asio::awaitable<bool> Transport::write_all_tls(std::string_view data, std::chrono::milliseconds stall) {
  while (!data.empty()) {
    timer_.expires_after(stall);
    auto write = tls_->stream.async_write_some(asio::buffer(data), asio::deferred);
    auto wait = timer_.async_wait(asio::deferred);
    auto group = make_parallel_group(std::move(write), std::move(wait));
    const auto [order, write_error, count, wait_error] = co_await group.async_wait(wait_for_one(), use_awaitable);
    if (write_error) co_return false;
    data.remove_prefix(count);
  }
  co_return true;
}

// Waits for the client's farewell too, which shows that it has everything, but not for long: many never send one.
asio::awaitable<void> Transport::farewell(Clock::time_point deadline) {
  if (tls_) {
    timer_.expires_at(deadline);
    auto shut = tls_->stream.async_shutdown(asio::deferred);
    auto wait = timer_.async_wait(asio::deferred);
    auto group = make_parallel_group(std::move(shut), std::move(wait));
    co_await group.async_wait(wait_for_one(), use_awaitable);
    tls_.reset();
  }
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

}  // namespace crmsync::api
