#include "daemon/api/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <list>

#include "daemon/api/http_session.h"
#include "daemon/api/listeners.h"

namespace crmsync::api {

using asio::use_awaitable;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Stream = Transport::Socket;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kAfterCancel{1000};

std::string address_of(Stream& socket) {
  error_code ec;
  const auto generic = socket.remote_endpoint(ec);
  asio::ip::tcp::endpoint endpoint;
  if (ec || generic.size() > endpoint.capacity()) return {};
  std::memcpy(endpoint.data(), generic.data(), generic.size());
  endpoint.resize(generic.size());
  return endpoint.address().to_string();
}

Peer peer_of(Stream& socket, bool unix_socket) {
  Peer peer;
  peer.unix_socket = unix_socket;
  ucred credentials{};
  socklen_t size = sizeof credentials;
  const int done = ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size);
  peer.uid = unix_socket && done == 0 ? credentials.uid : static_cast<std::uint32_t>(-1);
  if (!unix_socket) peer.address = address_of(socket);
  return peer;
}

}  // namespace

struct HttpServer::Core : std::enable_shared_from_this<HttpServer::Core> {
  Core(asio::any_io_executor e, Listen l, HttpLimits lim, Admit a, Handle h)
      : executor(std::move(e)), listen(std::move(l)), service{lim, std::move(a), std::move(h)}, changed(executor) {}

  using Sessions = std::list<Session>;

  Result<void> start();
  void accept_on(Acceptor& acceptor, bool unix_socket);
  asio::awaitable<void> accept_loop(Acceptor& acceptor, bool unix_socket);
  asio::awaitable<void> wait_for_room();
  void make_room();
  void open_session(Stream socket, bool unix_socket);
  void close_session(Sessions::iterator session);
  asio::awaitable<void> serve(Session& session);
  asio::awaitable<void> stop(std::chrono::milliseconds deadline);
  asio::awaitable<void> wait_until_quiet(Clock::time_point deadline);
  void cancel(Session& session);

  asio::any_io_executor executor;
  Listen listen;
  Serving service;
  std::optional<Acceptor> unix_acceptor;
  std::optional<UnixListener> unix_file;
  std::optional<Acceptor> tcp_acceptor;
  std::uint16_t port = 0;
  asio::steady_timer changed;  // cancelled whenever a connection or an accept loop ends
  Sessions sessions;
  int loops = 0;
};

Result<void> HttpServer::Core::start() {
  if (!listen.socket.empty()) {
    auto made = listen_unix(executor, listen.socket);
    if (!made) return made.error();
    unix_file.emplace(std::move(*made));
    unix_acceptor.emplace(std::move(unix_file->acceptor));
  }
  if (listen.tcp) {
    auto made = listen_tcp(executor, *listen.tcp, listen.tls != nullptr);
    if (!made) {
      if (unix_file) unix_file->remove_file();
      return made.error();
    }
    error_code ignored;
    port = made->local_endpoint(ignored).port();
    tcp_acceptor.emplace(std::move(*made));
  }
  if (unix_acceptor) accept_on(*unix_acceptor, true);
  if (tcp_acceptor) accept_on(*tcp_acceptor, false);
  return {};
}

void HttpServer::Core::accept_on(Acceptor& acceptor, bool unix_socket) {
  ++loops;
  auto done = [self = shared_from_this()](std::exception_ptr) {
    --self->loops;
    self->changed.cancel();
  };
  asio::co_spawn(executor, accept_loop(acceptor, unix_socket), std::move(done));
}

asio::awaitable<void> HttpServer::Core::accept_loop(Acceptor& acceptor, bool unix_socket) {
  asio::steady_timer pause(executor);
  while (!service.stopping) {
    Stream socket(executor);
    const auto [ec] = co_await acceptor.async_accept(socket, asio::as_tuple(use_awaitable));
    if (service.stopping) co_return;
    if (ec) {  // out of descriptors or memory, or the peer has gone: a listening socket that is ours heals by itself
      make_room();
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::as_tuple(use_awaitable));
      continue;
    }
    co_await wait_for_room();
    if (service.stopping) co_return;
    open_session(std::move(socket), unix_socket);
  }
}

// At the limit whoever has nothing to say gives way to a new client; if all are busy, it waits.
asio::awaitable<void> HttpServer::Core::wait_for_room() {
  while (!service.stopping && sessions.size() >= service.limits.connections) {
    make_room();
    changed.expires_at(Clock::time_point::max());
    co_await changed.async_wait(asio::as_tuple(use_awaitable));
  }
}

void HttpServer::Core::make_room() {
  const auto going = [](const Session& s) { return s.cancelled; };
  if (std::any_of(sessions.begin(), sessions.end(), going)) return;  // room is being made
  const auto idle = std::find_if(sessions.begin(), sessions.end(), [](const Session& s) { return s.idle(); });
  if (idle != sessions.end()) cancel(*idle);
}

void HttpServer::Core::cancel(Session& session) {
  session.cancelled = true;
  session.cancel.emit(asio::cancellation_type::terminal);
}

void HttpServer::Core::open_session(Stream socket, bool unix_socket) {
  error_code ignored;
  // An answer in several pieces must not wait for the client's acknowledgement of the first.
  if (!unix_socket) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  sessions.emplace_back(std::move(socket), unix_socket ? nullptr : listen.tls);
  const auto session = std::prev(sessions.end());
  session->peer = peer_of(session->transport.socket(), unix_socket);
  session->peer.tls = session->transport.by_tls();
  auto done = [self = shared_from_this(), session](std::exception_ptr) {
    asio::post(self->executor, [self, session] { self->close_session(session); });
  };
  asio::co_spawn(executor, serve(*session), asio::bind_cancellation_slot(session->cancel.slot(), std::move(done)));
}

void HttpServer::Core::close_session(Sessions::iterator session) {
  sessions.erase(session);
  changed.cancel();
}

asio::awaitable<void> HttpServer::Core::serve(Session& session) {
  bool more = co_await greet(session, service);
  while (more && !service.stopping) {
    more = co_await exchange(session, service);
    session.busy = session.begun = false;
    if (sessions.size() >= service.limits.connections) changed.cancel();  // now it may give way
  }
  co_await part(session);
}

asio::awaitable<void> HttpServer::Core::stop(std::chrono::milliseconds deadline) {
  const auto self = shared_from_this();
  service.stopping = true;
  error_code ignored;
  if (unix_acceptor) unix_acceptor->close(ignored);
  if (tcp_acceptor) tcp_acceptor->close(ignored);
  if (unix_file) unix_file->remove_file();
  changed.cancel();
  for (auto& session : sessions)
    if (!session.busy) cancel(session);
  co_await wait_until_quiet(Clock::now() + deadline);
  for (auto& session : sessions) cancel(session);
  co_await wait_until_quiet(Clock::now() + kAfterCancel);
}

asio::awaitable<void> HttpServer::Core::wait_until_quiet(Clock::time_point deadline) {
  while ((!sessions.empty() || loops > 0) && Clock::now() < deadline) {
    changed.expires_at(deadline);
    co_await changed.async_wait(asio::as_tuple(use_awaitable));
  }
}

HttpServer::HttpServer(asio::any_io_executor executor, Listen listen, HttpLimits limits, Admit admit, Handle handle)
    : core_(std::make_shared<Core>(std::move(executor), std::move(listen), limits, std::move(admit),
                                   std::move(handle))) {}

HttpServer::~HttpServer() {
  core_->service.stopping = true;
  error_code ignored;
  if (core_->unix_acceptor) core_->unix_acceptor->close(ignored);
  if (core_->tcp_acceptor) core_->tcp_acceptor->close(ignored);
  if (core_->unix_file) core_->unix_file->remove_file();
}

Result<void> HttpServer::start() { return core_->start(); }

bool HttpServer::renew(std::shared_ptr<TlsContext> tls) {
  if (!core_->listen.tls || !tls) return false;
  core_->listen.tls = std::move(tls);
  return true;
}

asio::awaitable<void> HttpServer::stop(std::chrono::milliseconds deadline) { return core_->stop(deadline); }

std::uint16_t HttpServer::tcp_port() const noexcept { return core_->port; }

std::size_t HttpServer::open_connections() const noexcept { return core_->sessions.size(); }

}  // namespace crmsync::api
