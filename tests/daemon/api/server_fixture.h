// An HttpServer on its own thread and a client that writes raw bytes. Used by the tests of the HTTP server.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <cstring>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "daemon/api/http_server.h"

namespace crmsync::api {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "crmsync-api-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Nothing on it waits longer than ten seconds.
inline int connected(int fd, const sockaddr* address, socklen_t size) {
  if (::connect(fd, address, size) != 0) throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  const timeval patience{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return fd;
}

inline int connected_to(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connected(::socket(AF_INET, SOCK_STREAM, 0), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// Where the one answer at the front ends: one with a Content-Length, or a chunked one; npos: not all of it is there.
inline std::size_t answer_size(const std::string& in) {
  const auto end = in.find("\r\n\r\n");
  if (end == std::string::npos) return std::string::npos;
  const auto field = in.find("Content-Length: ");
  if (field < end) {
    const std::size_t size = end + 4 + std::stoul(in.substr(field + 16));
    return in.size() >= size ? size : std::string::npos;
  }
  const auto last = in.find("0\r\n\r\n", end + 4);
  return in.find("chunked") < end && last != std::string::npos ? last + 5 : std::string::npos;
}

// A connection that sends what it is told and reads what comes; nothing waits longer than ten seconds.
class RawClient {
 public:
  explicit RawClient(const std::string& socket_path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) { connect(socket_path); }
  // A socket that is connected later.
  RawClient() : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {}
  explicit RawClient(std::uint16_t port) : fd_(connected_to(port)) {}
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void connect(const std::string& socket_path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
    connected(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }

  // False when the peer has closed.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  // Up to the end of one answer with a Content-Length, or a chunked one; what came later stays for the next call.
  std::string read_answer() {
    while (answer_size(in_) == std::string::npos) {
      if (!read_some()) break;
    }
    const std::size_t size = std::min(answer_size(in_), in_.size());
    std::string answer = in_.substr(0, size);
    in_.erase(0, size);
    return answer;
  }

  std::string read_bytes(std::size_t size) {
    while (in_.size() < size && read_some()) {
    }
    std::string bytes = in_.substr(0, size);
    in_.erase(0, size);
    return bytes;
  }

  std::string read_to_end() {
    while (read_some()) {
    }
    return std::move(in_);
  }

  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  bool read_some() {
    char piece[4096];
    const auto count = ::recv(fd_, piece, sizeof piece, 0);
    if (count > 0) in_.append(piece, static_cast<std::size_t>(count));
    return count > 0;
  }

  int fd_;
  std::string in_;
};

class RunningServer {
 public:
  RunningServer(Listen listen, HttpLimits limits, HttpServer::Handle handle, HttpServer::Admit admit = take_all)
      : work_(io_.get_executor()),
        server_(io_.get_executor(), std::move(listen), limits, std::move(admit), std::move(handle)) {
    const auto started = server_.start();
    if (!started) throw std::runtime_error(started.error().message);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningServer() {
    stop(std::chrono::milliseconds(0));
    work_.reset();
    thread_.join();
  }

  void stop(std::chrono::milliseconds deadline) { stop_later(deadline).get(); }
  std::future<void> stop_later(std::chrono::milliseconds deadline) {
    return asio::co_spawn(io_, server_.stop(deadline), asio::use_future);
  }
  std::uint16_t port() const { return server_.tcp_port(); }
  void renew(std::shared_ptr<TlsContext> tls) {
    std::promise<void> done;
    asio::post(io_, [&] {
      server_.renew(std::move(tls));
      done.set_value();
    });
    done.get_future().get();
  }
  // Asked on the server's own thread.
  std::size_t open_connections() {
    std::promise<std::size_t> count;
    asio::post(io_, [&] { count.set_value(server_.open_connections()); });
    return count.get_future().get();
  }
  void wait_for_connections(std::size_t wanted) {
    while (open_connections() != wanted) std::this_thread::yield();
  }
  asio::io_context& io() { return io_; }

  static Admission take_all(const HttpRequest&) {
    Admission admission;
    admission.body_limit = 8 * 1024 * 1024;
    return admission;
  }

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  HttpServer server_;
  std::thread thread_;
};

// Says what it got: "METHOD TARGET BODY".
inline asio::awaitable<HttpResponse> echo(const HttpRequest& request) {
  co_return HttpResponse(200, "text/plain", request.method + " " + request.target + " " + request.body);
}

inline std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

inline std::string status_of(const std::string& answer) { return answer.size() < 12 ? answer : answer.substr(9, 3); }

}  // namespace crmsync::api
