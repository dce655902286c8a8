// Certificates made on the spot, for TLS servers that may be trusted or not. Used by the tests of TLS.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <string>

namespace crmsync::connectors::http {

struct Certificate {
  std::shared_ptr<X509> x509;
  std::shared_ptr<EVP_PKEY> key;
};

// What a server's certificate says.
struct Claims {
  std::string names = "DNS:localhost";  // subjectAltName
  long valid_from = -3600;              // seconds from now
  long valid_until = 3600;
};

// As a server has it in its files.
struct Pem {
  std::string certificate;
  std::string key;
  long serial = 0;
};

class TestCa {
 public:
  TestCa();
  ~TestCa();
  TestCa(const TestCa&) = delete;

  // Its own certificate, in a file of its own.
  std::string file() const { return file_.string(); }
  // A server's context with a certificate of this CA.
  boost::asio::ssl::context server(const Claims& claims = {}) const;
  // A server's certificate and key.
  Pem issue(const Claims& claims = {}) const;
  // Its own certificate.
  std::string pem() const;

 private:
  Certificate root_;
  std::filesystem::path file_;
};

}  // namespace crmsync::connectors::http
