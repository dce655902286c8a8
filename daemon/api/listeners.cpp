#include "daemon/api/listeners.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace crmsync::api {

namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

namespace {

constexpr const char* kFreshSuffix = ".new";

Error cannot_listen(const std::string& where, const std::string& why) {
  return {ErrorKind::config, "cannot listen on " + where + ": " + why};
}

// Sets the umask and puts the old one back: between bind and chmod the file would be open to others.
class Umask {
 public:
  explicit Umask(mode_t mask) : old_(::umask(mask)) {}
  ~Umask() { ::umask(old_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t old_;
};

// Whether somebody accepts connections on the socket file. A full backlog is somebody too.
bool somebody_answers(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return true;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int done = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int why = errno;
  ::close(fd);
  return done == 0 || (why != ECONNREFUSED && why != ENOENT);
}

// Why the path cannot be taken; nullopt: it is free or holds a socket that nobody answers on.
std::optional<std::string> occupied(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  if (!S_ISSOCK(info.st_mode)) return "the file exists and is not a socket; move it away or choose another path";
  if (somebody_answers(path)) return "another process answers there; stop it or choose another path";
  return std::nullopt;
}

struct Address {
  asio::ip::address host;
  std::uint16_t port = 0;
};

std::optional<Address> parse_address(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  Address address;
  error_code ec;
  address.host = asio::ip::make_address(host, ec);
  const char* end = text.data() + text.size();
  const auto [stop, bad] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (ec || bad != std::errc() || stop != end) return std::nullopt;
  return address;
}

}  // namespace

void UnixListener::remove_file() noexcept {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && info.st_dev == device && info.st_ino == inode) ::unlink(path.c_str());
}

Result<UnixListener> listen_unix(const asio::any_io_executor& executor, const std::string& path) {
  // Made under another name and renamed: whoever finds the file finds it listening, and a stale one is replaced at
  // once.
  const std::string fresh = path + kFreshSuffix;
  if (fresh.size() >= sizeof(sockaddr_un{}.sun_path))
    return cannot_listen(path, "the path is too long for a Unix socket; choose a shorter one");
  if (const auto why = occupied(path)) return cannot_listen(path, *why);
  if (const auto why = occupied(fresh)) return cannot_listen(fresh, *why);
  ::unlink(fresh.c_str());
  UnixListener listener{Local::acceptor(executor), path};
  error_code ec;
  listener.acceptor.open(Local(), ec);
  {
    const Umask mask(0117);
    if (!ec) listener.acceptor.bind(Local::endpoint(fresh), ec);
  }
  if (!ec) listener.acceptor.listen(asio::socket_base::max_listen_connections, ec);
  struct stat info {};
  if (!ec && (::lstat(fresh.c_str(), &info) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0))
    ec = error_code(errno, boost::system::system_category());
  if (ec) return cannot_listen(path, ec.message() + "; its folder has to exist and be writable for the daemon");
  listener.device = info.st_dev, listener.inode = info.st_ino;
  return listener;
}

Result<asio::ip::tcp::acceptor> listen_tcp(const asio::any_io_executor& executor, const std::string& text, bool tls) {
  const auto address = parse_address(text);
  if (!address) return cannot_listen(text, "that is not an address and a port, such as 127.0.0.1:8710");
  if (!tls && !address->host.is_loopback())
    return cannot_listen(text, "the API speaks plain HTTP there, so only on a loopback address; add api.tls");
  asio::ip::tcp::acceptor acceptor(executor);
  const asio::ip::tcp::endpoint endpoint(address->host, address->port);
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return cannot_listen(text, ec.message());
  return acceptor;
}

}  // namespace crmsync::api
