#include "daemon/api/listeners.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/daemon/api/server_fixture.h"

using namespace crmsync::api;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

// A socket file that nobody listens on any more.
void leave_stale_socket(const std::string& path) {
  asio::io_context io;
  asio::local::stream_protocol::acceptor acceptor(io, asio::local::stream_protocol::endpoint(path));
}

}  // namespace

TEST_CASE("the Unix socket") {
  const TempFolder folder;
  const std::string path = folder.file("control.sock");
  asio::io_context io;
  SUBCASE("has mode 0660 whatever the umask") {
    for (const mode_t mask : {0077, 0000, 0022}) {
      const mode_t before = ::umask(mask);
      auto listener = listen_unix(io.get_executor(), path);
      const mode_t after = ::umask(before);
      REQUIRE(listener.has_value());
      CHECK(mode_of(path) == 0660);
      CHECK(after == mask);
      listener->remove_file();
    }
  }
  SUBCASE("replaces a file that nobody answers on") {
    leave_stale_socket(path);
    REQUIRE(std::filesystem::exists(path));
    const auto listener = listen_unix(io.get_executor(), path);
    CHECK(listener.has_value());
    CHECK_NOTHROW(RawClient{path});
  }
  SUBCASE("leaves a socket alone that somebody answers on") {
    const auto first = listen_unix(io.get_executor(), path);
    REQUIRE(first.has_value());
    const auto second = listen_unix(io.get_executor(), path);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().message.find(path) != std::string::npos);
    CHECK(second.error().message.find("another process answers") != std::string::npos);
    CHECK_NOTHROW(RawClient{path});
  }
  SUBCASE("never replaces a file that is no socket") {
    std::ofstream(path) << "precious";
    CHECK_FALSE(listen_unix(io.get_executor(), path).has_value());
    std::string text;
    std::ifstream(path) >> text;
    CHECK(text == "precious");
  }
  SUBCASE("names the path and the cure when its folder is missing") {
    const auto listener = listen_unix(io.get_executor(), folder.file("missing/control.sock"));
    REQUIRE_FALSE(listener.has_value());
    CHECK(listener.error().message.find("missing/control.sock") != std::string::npos);
    CHECK(listener.error().message.find("folder") != std::string::npos);
  }
  SUBCASE("refuses a path that is too long") {
    const auto listener = listen_unix(io.get_executor(), folder.file(std::string(100, 'x')));
    REQUIRE_FALSE(listener.has_value());
    CHECK(listener.error().message.find("too long") != std::string::npos);
  }
  SUBCASE("removes only its own file") {
    auto first = listen_unix(io.get_executor(), path);
    REQUIRE(first.has_value());
    std::filesystem::remove(path);
    const auto second = listen_unix(io.get_executor(), path);
    REQUIRE(second.has_value());
    first->remove_file();
    CHECK(std::filesystem::exists(path));
  }
}

TEST_CASE("the TCP address") {
  asio::io_context io;
  const auto refused = [&](const std::string& text) {
    const auto acceptor = listen_tcp(io.get_executor(), text, false);
    return acceptor ? std::string() : acceptor.error().message;
  };
  SUBCASE("is on loopback") {
    for (const char* text : {"127.0.0.1:0", "localhost:0", "127.0.0.2:0"})
      CHECK(listen_tcp(io.get_executor(), text, false).has_value());
  }
  SUBCASE("is refused anywhere else, where tokens would travel in the clear") {
    CHECK(refused("0.0.0.0:0").find("loopback") != std::string::npos);
    CHECK(refused("192.0.2.1:80").find("loopback") != std::string::npos);
  }
  SUBCASE("is any with TLS") { CHECK(listen_tcp(io.get_executor(), "0.0.0.0:0", true).has_value()); }
  SUBCASE("has to be an address and a port") {
    for (const char* text : {"", "8710", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "host.example:1"})
      CHECK(refused(text).find("not an address") != std::string::npos);
  }
  SUBCASE("that is taken says so") {
    const auto first = listen_tcp(io.get_executor(), "127.0.0.1:0", false);
    REQUIRE(first.has_value());
    const std::string text = "127.0.0.1:" + std::to_string(first->local_endpoint().port());
    CHECK(refused(text).find(text) != std::string::npos);
  }
}
