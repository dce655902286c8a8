#include "daemon/ctl/wire.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "connectors/http/resolve.h"
#include "connectors/http/tls.h"

namespace crmsync::ctl {

namespace asio = boost::asio;
namespace tls = connectors::http;
using boost::system::error_code;
using Stream = asio::generic::stream_protocol::socket;

namespace {

constexpr std::chrono::seconds kPatience{10};  // for a connection, and for a handshake
constexpr std::size_t kLongestPath = 107;      // sockaddr_un
constexpr tls::TlsWords kWords{"--url", "--ca-file"};

Error unreachable(const Endpoint& endpoint, const error_code& ec) {
  const std::string text = "cannot reach the daemon at " + place_of(endpoint) + ": ";
  if (ec == boost::system::errc::permission_denied)
    return {ErrorKind::unauthorized, text +
                                         "you may not use this socket. Add yourself to its group (sudo adduser $USER "
                                         "crmsyncd) and log in again, or use sudo"};
  const std::string why = ec == boost::system::errc::no_such_file_or_directory ? "there is no such socket"
                          : ec == boost::system::errc::connection_refused      ? "nobody answers there"
                                                                               : ec.message();
  return {ErrorKind::transient, text + why + ". Is crmsyncd running? systemctl status crmsyncd"};
}

}  // namespace

struct Wire::Parts {
  asio::io_context io;
  Stream socket{io};
  std::optional<asio::ssl::context> context;
  std::optional<asio::ssl::stream<Stream&>> stream;

  error_code connect_unix(const std::string& path);
  error_code connect_tcp(const Endpoint& endpoint);
  Result<void> shake_hands(const Endpoint& endpoint);

  // Runs what `start` begins with the handler it is given; who takes too long is cut off.
  template <class Start>
  error_code within_patience(const Start& start) {
    std::optional<error_code> done;
    start([&done](error_code ec) { done = ec; });
    io.restart();
    io.run_for(kPatience);
    if (done) return *done;
    error_code ignored;
    socket.close(ignored);
    io.run();
    return asio::error::timed_out;
  }
};

error_code Wire::Parts::connect_unix(const std::string& path) {
  error_code ec = asio::error::name_too_long;
  if (path.size() <= kLongestPath) socket.connect(asio::local::stream_protocol::endpoint(path), ec);
  return ec;
}

error_code Wire::Parts::connect_tcp(const Endpoint& endpoint) {
  error_code ec;
  const auto port = static_cast<std::uint16_t>(std::stoi(endpoint.port));
  const auto addresses = tls::system_look_up(endpoint.host, port, ec);
  for (const auto& address : addresses) {
    ec = within_patience([&](auto handler) { socket.async_connect(address, handler); });
    if (!ec) break;
    socket.close();
  }
  return ec;
}

Result<void> Wire::Parts::shake_hands(const Endpoint& endpoint) {
  auto made = tls::make_tls(endpoint.ca_file, kWords);
  if (!made) return made.error();
  context.emplace(std::move(*made));
  stream.emplace(socket, *context);
  if (!tls::expect_host(stream->native_handle(), endpoint.host))
    return Error(ErrorKind::config, "--url: TLS cannot check a host of that name");
  const auto ec =
      within_patience([&](auto handler) { stream->async_handshake(asio::ssl::stream_base::client, handler); });
  if (!ec) return {};
  const std::string place = "the daemon at " + place_of(endpoint);
  const std::string doubt = tls::certificate_problem(stream->native_handle(), kWords);
  if (!doubt.empty()) return Error(ErrorKind::transient, place + " is not trusted: " + doubt);
  return Error(ErrorKind::transient, place + " does not speak TLS with us: " + ec.message());
}

Wire::Wire() : parts_(std::make_unique<Parts>()) {}

Wire::~Wire() = default;

Result<void> Wire::open(const Endpoint& endpoint) {
  const auto ec = endpoint.host.empty() ? parts_->connect_unix(endpoint.socket) : parts_->connect_tcp(endpoint);
  if (ec) return unreachable(endpoint, ec);
  if (endpoint.tls) return parts_->shake_hands(endpoint);
  return {};
}

void Wire::write(std::string_view bytes, error_code& ec) {
  if (parts_->stream)
    asio::write(*parts_->stream, asio::buffer(bytes), ec);
  else
    asio::write(parts_->socket, asio::buffer(bytes), ec);
}

std::size_t Wire::read_some(char* data, std::size_t room, error_code& ec) {
  const auto buffer = asio::buffer(data, room);
  return parts_->stream ? parts_->stream->read_some(buffer, ec) : parts_->socket.read_some(buffer, ec);
}

std::string place_of(const Endpoint& endpoint) {
  if (endpoint.host.empty()) return endpoint.socket;
  return (endpoint.tls ? "https://" : "http://") + authority_of(endpoint);
}

}  // namespace crmsync::ctl
