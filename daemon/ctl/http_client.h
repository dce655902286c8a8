// One HTTP request to the daemon, over its Unix socket, plain HTTP on loopback or HTTPS, answered as long as it takes:
// a sync that is waited for can run for hours. Used by session.cpp; Beast stays in the .cpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace crmsync::ctl {

struct Endpoint {
  std::string socket;  // path; used when `host` is empty
  std::string host;    // "127.0.0.1", "::1"; by TLS also a name
  std::string port;
  std::string token;
  bool tls = false;
  std::string ca_file;  // whom to trust (PEM); empty: whom the system trusts
};

// "http://127.0.0.1:8710", "https://crm.example.com:8443"; an error when it is something else.
Result<Endpoint> parse_url(const std::string& url);
// "crm.example.com:8443", "[::1]:8443"
std::string authority_of(const Endpoint& endpoint);

struct HttpCall {
  std::string method = "GET";
  std::string target;
  std::string body;  // JSON; empty: none
  std::string file;  // path of a CSV file that is sent instead
};

struct HttpReply {
  unsigned status = 0;
  std::string body;
};

// Gets a successful answer's body piece by piece instead of HttpReply::body; false stops.
using Sink = std::function<bool(std::string_view)>;

// The error says what cannot be reached, and the cure.
Result<HttpReply> send(const Endpoint& endpoint, const HttpCall& call, const Sink& sink = {});

// Percent-encodes everything but unreserved characters.
std::string encode_component(std::string_view text);

}  // namespace crmsync::ctl
