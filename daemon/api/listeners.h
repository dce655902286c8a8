// Makes the listening sockets of the HTTP server: file modes, stale sockets, address texts. Used by http_server.cpp.
#pragma once

#include <sys/types.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <optional>
#include <string>

#include "core/result.h"

namespace crmsync::api {

// A listening Unix socket and what is needed to remove its file, and no other.
struct UnixListener {
  boost::asio::local::stream_protocol::acceptor acceptor;
  std::string path;
  dev_t device = 0;
  ino_t inode = 0;

  // Removes the file if it is still this one.
  void remove_file() noexcept;
};

// The file appears at `path` listening and with mode 0660, whatever the umask.
Result<UnixListener> listen_unix(const boost::asio::any_io_executor& executor, const std::string& path);

// Without TLS on loopback only: over anything else a token would travel in the clear.
Result<boost::asio::ip::tcp::acceptor> listen_tcp(const boost::asio::any_io_executor& executor,
                                                  const std::string& address, bool tls);

}  // namespace crmsync::api
