#include "tests/crm_server/server.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace crmsync::crm_server {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

struct Server::State {
  tcp::acceptor acceptor;
  Handle handle;
  std::optional<asio::ssl::context> tls;
};

namespace {

Request plain(const http::request<http::string_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  const std::string_view target(message.target().data(), message.target().size());
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  const auto authorization = message[http::field::authorization];
  request.authorization.assign(authorization.data(), authorization.size());
  request.body = message.body();
  return request;
}

std::string head_of(const Reply& reply, bool keep_alive, bool chunked) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + ' ';
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(reply.status)));
  head.append(reason.data(), reason.size());
  constexpr int kNoContent = 204;  // has no length, either
  if (chunked || !reply.body.empty()) head += "\r\nContent-Type: " + reply.content_type;
  if (chunked)
    head += "\r\nTransfer-Encoding: chunked";
  else if (reply.status != kNoContent)
    head += "\r\nContent-Length: " + std::to_string(reply.body.size());
  for (const auto& [name, value] : reply.headers) head += "\r\n" + name + ": " + value;
  if (!keep_alive) head += "\r\nConnection: close";
  return head + "\r\n\r\n";
}

// Closing with data unsent and lingering off makes the kernel send a reset.
void reset(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

tcp::socket& lowest(tcp::socket& socket) { return socket; }
tcp::socket& lowest(asio::ssl::stream<tcp::socket>& stream) { return stream.next_layer(); }

template <class Stream>
asio::awaitable<void> send(Stream& stream, const std::string& bytes, error_code& error) {
  const auto buffer = asio::buffer(bytes);
  co_await asio::async_write(stream, buffer, asio::redirect_error(asio::use_awaitable, error));
}

// False: the connection is over.
template <class Stream>
asio::awaitable<bool> answer(Stream& stream, const Reply& reply, bool keep_alive) {
  error_code error;
  if (reply.delay_ms > 0) {
    asio::steady_timer timer(stream.get_executor(), std::chrono::milliseconds(reply.delay_ms));
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
  if (reply.wire == Wire::reset_before) {
    reset(lowest(stream));
    co_return false;
  }
  const bool endless = reply.wire == Wire::endless;
  std::string bytes = head_of(reply, keep_alive, endless);
  if (endless) {
    const std::string chunk = "1000\r\n" + std::string(0x1000, ' ') + "\r\n";
    co_await send(stream, bytes, error);
    while (!error) co_await send(stream, chunk, error);
    co_return false;
  }
  bytes.append(reply.body, 0, reply.wire == Wire::reset_inside ? reply.body.size() / 2 : reply.body.size());
  co_await send(stream, bytes, error);
  if (reply.wire == Wire::reset_inside || reply.wire == Wire::reset_after) {
    reset(lowest(stream));
    co_return false;
  }
  co_return !error && keep_alive;
}

template <class Stream>
asio::awaitable<void> serve(Stream& stream, const Server::Handle& handle) {
  boost::beast::flat_buffer buffer;
  bool more = true;
  while (more) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(16U << 20);
    error_code error;
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    const Reply reply = handle(plain(parser.get()));
    more = co_await answer(stream, reply, parser.keep_alive());
  }
}

asio::awaitable<void> connection(tcp::socket socket, Server::State& server) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (!server.tls) {
    co_await serve(socket, server.handle);
    co_return;
  }
  asio::ssl::stream<tcp::socket> stream(std::move(socket), *server.tls);
  error_code error;
  co_await stream.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_await serve(stream, server.handle);
}

asio::awaitable<void> accept_all(Server::State& server) {
  while (true) {
    error_code error;
    tcp::socket socket = co_await server.acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    const auto executor = socket.get_executor();
    asio::co_spawn(executor, connection(std::move(socket), server), asio::detached);
  }
}

}  // namespace

Server::Server(asio::io_context& io, unsigned short port, const Tls& tls, Handle handle)
    : state_(new State{tcp::acceptor(io, {asio::ip::make_address("127.0.0.1"), port}), std::move(handle), {}}) {
  if (!tls.certificate_file.empty()) {
    state_->tls.emplace(asio::ssl::context::tls_server);
    state_->tls->use_certificate_chain_file(tls.certificate_file);
    state_->tls->use_private_key_file(tls.key_file, asio::ssl::context::pem);
  }
  asio::co_spawn(io, accept_all(*state_), asio::detached);
}

Server::~Server() = default;

unsigned short Server::port() const { return state_->acceptor.local_endpoint().port(); }

}  // namespace crmsync::crm_server
