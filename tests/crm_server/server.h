// HTTP/1.1 on loopback, with TLS if asked for, and with every way of breaking off that Wire names.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "tests/crm_server/exchange.h"

namespace crmsync::crm_server {

struct Tls {
  std::string certificate_file;  // PEM; empty: plain HTTP
  std::string key_file;
};

class Server {
 public:
  using Handle = std::function<Reply(const Request&)>;
  // Listens on 127.0.0.1; port 0: one that is free. Throws boost::system::system_error.
  Server(boost::asio::io_context& io, unsigned short port, const Tls& tls, Handle handle);
  ~Server();
  unsigned short port() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace crmsync::crm_server
