#include "tests/connectors/http/scripted_server.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "connectors/http/message.h"

namespace crmsync::connectors::http {

namespace {

using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;

// Content-Length of a head; nothing else frames a request here.
std::size_t body_size(std::string_view head) {
  const auto at = head.find("\r\nContent-Length: ");
  return at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + 18, 12)));
}

}  // namespace

asio::awaitable<void> Gate::wait() {
  while (timer_.expiry() != asio::steady_timer::time_point::min()) {
    error_code moved;
    co_await timer_.async_wait(asio::redirect_error(use_awaitable, moved));
  }
}

struct ScriptedServer::State {
  State(Loop& loop, asio::ssl::context* context)
      : acceptor(loop.context(), {asio::ip::address_v4::loopback(), 0}), tls(context) {}

  tcp::acceptor acceptor;
  asio::ssl::context* tls;
  std::deque<Script> scripts;
  std::size_t connections = 0;
  std::size_t open = 0;
  std::vector<std::string> requests;
  std::vector<tcp::socket*> sockets;
};

namespace {

class SocketPeer final : public Peer {
 public:
  SocketPeer(tcp::socket socket, std::vector<std::string>& requests)
      : socket_(std::move(socket)), requests_(requests) {}

  asio::awaitable<std::string> request() override {
    for (;;) {
      const auto end = in_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t size = end + 4 + body_size(std::string_view(in_).substr(0, end + 2));
        if (in_.size() >= size) {
          const std::string whole = in_.substr(0, size);
          in_.erase(0, size);
          requests_.push_back(whole);
          co_return whole;
        }
      }
      const std::size_t count = co_await read();
      if (count == 0) co_return std::string();
      in_.append(buffer_.data(), count);
    }
  }

  asio::awaitable<void> send(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto buffer = asio::buffer(bytes);
      std::size_t count = 0;
      if (tls_)
        count = co_await tls_->async_write_some(buffer, use_awaitable);
      else
        count = co_await socket_.async_write_some(buffer, use_awaitable);
      bytes.remove_prefix(count);
    }
  }

  void become_tls(asio::ssl::context& context) override { tls_.emplace(socket_, context); }
  asio::awaitable<void> handshake() override {
    co_await tls_->async_handshake(asio::ssl::stream_base::server, use_awaitable);
  }
  std::string server_name() override {
    const char* name = SSL_get_servername(tls_->native_handle(), TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
  }
  asio::awaitable<void> farewell() override {
    error_code ignored;
    co_await tls_->async_shutdown(asio::redirect_error(use_awaitable, ignored));
  }
  void close() override { socket_.close(); }
  void reset() override {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
  }

  tcp::socket& socket() { return socket_; }

 private:
  asio::awaitable<std::size_t> read() {
    const auto buffer = asio::buffer(buffer_);
    error_code ec;
    std::size_t count = 0;
    if (tls_)
      count = co_await tls_->async_read_some(buffer, asio::redirect_error(use_awaitable, ec));
    else
      count = co_await socket_.async_read_some(buffer, asio::redirect_error(use_awaitable, ec));
    co_return ec ? 0 : count;
  }

  tcp::socket socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  std::vector<std::string>& requests_;
  std::string in_;
  std::array<char, 16384> buffer_{};
};

asio::awaitable<void> talk(std::shared_ptr<ScriptedServer::State> state, tcp::socket socket,
                           ScriptedServer::Script script) {
  SocketPeer peer(std::move(socket), state->requests);
  state->sockets.push_back(&peer.socket());
  ++state->open;
  try {
    if (state->tls) {
      peer.become_tls(*state->tls);
      co_await peer.handshake();
    }
    co_await script(peer);
  } catch (const boost::system::system_error&) {
    // The client has hung up, or the test is over.
  }
  --state->open;
  std::erase(state->sockets, &peer.socket());
}

asio::awaitable<void> accept(std::shared_ptr<ScriptedServer::State> state) {
  for (;;) {
    auto [ec, socket] = co_await state->acceptor.async_accept(asio::as_tuple(use_awaitable));
    if (ec) co_return;
    ++state->connections;
    if (state->scripts.empty()) continue;
    auto script = std::move(state->scripts.front());
    state->scripts.pop_front();
    const auto executor = state->acceptor.get_executor();
    asio::co_spawn(executor, talk(state, std::move(socket), std::move(script)), asio::detached);
  }
}

}  // namespace

ScriptedServer::ScriptedServer(Loop& loop, asio::ssl::context* tls) : state_(std::make_shared<State>(loop, tls)) {
  asio::co_spawn(loop.executor(), accept(state_), asio::detached);
}

ScriptedServer::~ScriptedServer() {
  state_->acceptor.close();
  for (auto* socket : state_->sockets) socket->close();
}

void ScriptedServer::script(Script script) { state_->scripts.push_back(std::move(script)); }

void ScriptedServer::answers(std::vector<std::string> responses) {
  const auto one_by_one = [texts = std::move(responses)](Peer& peer) -> asio::awaitable<void> {
    for (const std::string& text : texts) {
      const std::string request = co_await peer.request();
      if (request.empty()) co_return;
      co_await peer.send(text);
    }
    co_await peer.request();
  };
  script(one_by_one);
}

std::uint16_t ScriptedServer::port() const { return state_->acceptor.local_endpoint().port(); }

std::string ScriptedServer::url() const {
  return (state_->tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port());
}

std::size_t ScriptedServer::connections() const { return state_->connections; }
const std::vector<std::string>& ScriptedServer::requests() const { return state_->requests; }
std::size_t ScriptedServer::open_connections() const { return state_->open; }

std::string ok(std::string_view body, std::string_view headers) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace crmsync::connectors::http
