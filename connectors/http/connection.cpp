#include "connectors/http/connection.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "connectors/http/resolve.h"

namespace crmsync::connectors::http {

namespace {

using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kReadSize = 32 << 10;
constexpr Limits kTunnelLimits{16 << 10, 16 << 10};

// What the timer's handler sees of a connection that may be gone when it runs.
struct Alarm {
  tcp::socket* socket;
  std::string step;
  bool rung = false;
};

}  // namespace

struct Connection::Parts {
  explicit Parts(const asio::any_io_executor& executor) : socket(executor), timer(executor) {}

  tcp::socket socket;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  asio::steady_timer timer;
  std::shared_ptr<Alarm> alarm;
  std::array<char, kReadSize> buffer{};
};

Connection::Connection(asio::any_io_executor executor) : parts_(std::make_unique<Parts>(executor)) {}

Connection::~Connection() { clear_deadline(); }

void Connection::set_deadline(Clock::time_point when, std::string step) {
  clear_deadline();
  const auto alarm = std::make_shared<Alarm>(Alarm{&parts_->socket, std::move(step)});
  parts_->alarm = alarm;
  parts_->timer.expires_at(when);
  parts_->timer.async_wait([alarm](error_code ec) {
    if (ec || !alarm->socket) return;
    alarm->rung = true;
    alarm->socket->close(ec);
  });
}

void Connection::clear_deadline() {
  if (parts_->alarm && !parts_->alarm->rung) parts_->alarm->socket = nullptr;
  parts_->timer.cancel();
}

bool Connection::late() const { return parts_->alarm && parts_->alarm->rung; }

Error Connection::failure(const error_code& ec) const {
  if (late()) return {ErrorKind::transient, parts_->alarm->step + " took too long"};
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated)
    return {ErrorKind::transient, "the connection was cut off"};
  return {ErrorKind::transient, ec.message()};
}

asio::awaitable<Result<void>> Connection::open(const Route& route) {
  const Url& hop = route.proxy ? *route.proxy : route.server;
  auto done = co_await connect(hop, !route.tls, route.timeouts);
  if (done && !route.tunnel.empty()) done = co_await tunnel(route.tunnel);
  if (!done && route.proxy)
    done = Error(done.error().kind, "the proxy " + hop.host_and_port() + ": " + done.error().message);
  if (done && route.tls) done = co_await shake_hands(route.server, *route.tls);
  if (done && late()) done = failure(error_code());
  clear_deadline();
  co_return done;
}

asio::awaitable<Result<void>> Connection::connect(const Url& host, bool loopback_only, const Timeouts& timeouts) {
  const auto endpoints = co_await resolve(host.host, host.port, timeouts.resolve);
  if (!endpoints) co_return endpoints.error();
  const auto end = Clock::now() + timeouts.connect;
  error_code ec = asio::error::host_not_found;
  for (std::size_t i = 0; i < endpoints->size(); ++i) {
    const auto& endpoint = (*endpoints)[i];
    if (loopback_only && !endpoint.address().is_loopback()) continue;
    // One address that swallows everything must not use up the others' time.
    const auto share = (end - Clock::now()) / static_cast<int>(endpoints->size() - i);
    set_deadline(Clock::now() + share, "connecting");
    std::tie(ec) = co_await parts_->socket.async_connect(endpoint, asio::as_tuple(use_awaitable));
    if (!ec && !late()) break;
    if (!ec) ec = asio::error::timed_out;
    parts_->socket.close();
  }
  if (ec) {
    const Error failed = failure(ec);
    co_return Error(failed.kind, late() ? failed.message : "connecting: " + failed.message);
  }
  set_deadline(end, "connecting");
  parts_->socket.set_option(tcp::no_delay(true), ec);
  co_return Result<void>();
}

asio::awaitable<Result<void>> Connection::tunnel(std::string_view head) {
  auto done = co_await write(head);
  ResponseParser parser(kTunnelLimits, true);
  while (done && !parser.done()) {
    const auto bytes = co_await read();
    if (!bytes) co_return bytes.error();
    done = bytes->empty() ? parser.end() : parser.feed(*bytes);
  }
  if (!done) co_return done;
  const int status = parser.take().status;
  if (status == 407) co_return Error(ErrorKind::unauthorized, "it does not accept our user or password");
  if (status / 100 != 2) co_return Error(ErrorKind::transient, "it answers " + std::to_string(status) + " to CONNECT");
  if (parser.has_more()) co_return Error(ErrorKind::protocol, "it speaks where the server should");
  co_return done;
}

asio::awaitable<Result<void>> Connection::shake_hands(const Url& server, asio::ssl::context& context) {
  auto& tls = parts_->tls.emplace(parts_->socket, context);
  if (!expect_host(tls.native_handle(), server.host))
    co_return Error(ErrorKind::config, "base_url: TLS cannot check a host of that name");
  const auto [ec] = co_await tls.async_handshake(asio::ssl::stream_base::client, asio::as_tuple(use_awaitable));
  if (!ec) co_return Result<void>();
  const std::string problem = certificate_problem(tls.native_handle());
  if (!problem.empty() && !late()) co_return Error(ErrorKind::transient, "its certificate is not trusted: " + problem);
  const Error failed = failure(ec);
  co_return Error(failed.kind, late() ? failed.message : "TLS: " + failed.message);
}

asio::awaitable<Result<void>> Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto buffer = asio::buffer(bytes);
    error_code ec;
    std::size_t count = 0;
    if (parts_->tls)
      std::tie(ec, count) = co_await parts_->tls->async_write_some(buffer, asio::as_tuple(use_awaitable));
    else
      std::tie(ec, count) = co_await parts_->socket.async_write_some(buffer, asio::as_tuple(use_awaitable));
    if (ec) co_return failure(ec);
    bytes.remove_prefix(count);
  }
  co_return Result<void>();
}

asio::awaitable<Result<std::string_view>> Connection::read() {
  const auto buffer = asio::buffer(parts_->buffer);
  error_code ec;
  std::size_t count = 0;
  if (parts_->tls)
    std::tie(ec, count) = co_await parts_->tls->async_read_some(buffer, asio::as_tuple(use_awaitable));
  else
    std::tie(ec, count) = co_await parts_->socket.async_read_some(buffer, asio::as_tuple(use_awaitable));
  if (late() || (ec && ec != asio::error::eof)) co_return failure(ec);
  co_return std::string_view(parts_->buffer.data(), count);
}

// Under TLS there may be records that are no answer; such a connection is not worth the doubt.
bool Connection::is_quiet() const {
  char byte = 0;
  const auto got = ::recv(parts_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace crmsync::connectors::http
