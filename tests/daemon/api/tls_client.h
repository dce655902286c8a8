// A client that speaks TLS by OpenSSL alone, blocking, and can be told to be an odd one. Used by the tests of TLS.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "tests/daemon/api/server_fixture.h"

namespace crmsync::api {

class TlsClient {
 public:
  struct Manner {
    int version = 0;        // TLS1_2_VERSION: that one alone
    std::string protocols;  // ALPN: "\2h2\10http/1.1"
  };

  // Connects; shakes hands with the first use.
  TlsClient(std::uint16_t port, const std::string& ca_file, Manner manner);
  TlsClient(std::uint16_t port, const std::string& ca_file) : TlsClient(port, ca_file, Manner()) {}
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // False: refused, by either side.
  bool shake_hands() { return SSL_connect(ssl_.get()) == 1; }
  bool send(std::string_view text);
  std::string read_answer();
  // Until the server says that this was all; `cut` is set when it just stops.
  std::string read_to_end(bool& cut);
  bool renegotiate();

  long serial() const;           // of the server's certificate
  std::string version() const;   // "TLSv1.3"
  std::string protocol() const;  // that the server chose, "" for none
  // Ends the connection at once, without TLS's farewell.
  void cut();

 private:
  bool read_some();

  int fd_ = -1;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  std::string in_;
};

}  // namespace crmsync::api
