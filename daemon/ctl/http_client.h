// One HTTP request to the daemon, over its Unix socket or plain HTTP on loopback, answered as long as it takes: a sync
// that is waited for can run for hours. Used by api_client.cpp; Beast stays in the .cpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace crmsync::ctl {

struct Endpoint {
  std::string socket;  // path; used when `host` is empty
  std::string host;    // "127.0.0.1", "::1"
  std::string port;
  std::string token;
};

// "http://127.0.0.1:8710"; nullopt-like error when it is something else.
Result<Endpoint> parse_url(const std::string& url);

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
