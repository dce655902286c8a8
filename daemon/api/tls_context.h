// Certificate and key, ready for the handshakes of a server. Made at start and at each reload; a connection keeps the
// one that it began with. Used by HttpServer and Transport.
#pragma once

#include <memory>

#include "daemon/api/certificate.h"

namespace boost::asio::ssl {
class context;
}

namespace crmsync::api {

class TlsContext {
 public:
  // TLS 1.2 with forward secrecy, or 1.3; no renegotiation, no compression. Errors (config): the two do not belong
  // together, or are too weak for today's clients.
  static Result<std::shared_ptr<TlsContext>> make(const Certificate& certificate, const PrivateKey& key);

  explicit TlsContext(std::unique_ptr<boost::asio::ssl::context> context);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  boost::asio::ssl::context& native() noexcept { return *context_; }

 private:
  std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace crmsync::api
