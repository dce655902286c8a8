// What makes a TLS connection trustworthy. Used by Client (once), by Connection (each time), and by crmsyncctl.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "core/result.h"

namespace crmsync::connectors::http {

namespace asio = boost::asio;

// What messages call the places where a person can cure it.
struct TlsWords {
  const char* host = "base_url";
  const char* ca_file = "ca_file";
};

// TLS 1.2 or newer, peers verified against `ca_file` (PEM) or, where that is empty, the system's roots. `config` if the
// file cannot be used.
Result<asio::ssl::context> make_tls(const std::string& ca_file, const TlsWords& words = {});

// Before the handshake: the name to ask for, and that the certificate must be for. An address is no server name.
bool expect_host(SSL* tls, const std::string& host);

// After a handshake that failed: what was wrong with the certificate and what to do, empty if it was something else.
std::string certificate_problem(SSL* tls, const TlsWords& words = {});

}  // namespace crmsync::connectors::http
