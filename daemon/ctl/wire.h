// One connection to the daemon: its Unix socket, plain TCP on this machine, or TLS to any, with whoever is there
// verified. Blocking. Used by http_client.cpp; TLS's templates are compiled in the .cpp alone.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string_view>

#include "daemon/ctl/http_client.h"

namespace crmsync::ctl {

class Wire {
 public:
  Wire();
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // The error says who cannot be reached or is not trusted, and the cure.
  Result<void> open(const Endpoint& endpoint);
  void write(std::string_view bytes, boost::system::error_code& ec);
  // At least one byte, or asio::error::eof at a proper end; a cut is another error.
  std::size_t read_some(char* data, std::size_t room, boost::system::error_code& ec);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// For messages: the socket's path or the URL.
std::string place_of(const Endpoint& endpoint);

}  // namespace crmsync::ctl
