// Where requests go: the base URL and the proxy of ClientOptions, read strictly, and what a redirect points to.
// Used by Client. A plain reader of the few URLs that make sense here; a library for all of RFC 3986 is not needed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace crmsync::connectors::http {

struct Url {
  bool tls = false;
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string prefix;  // path in front of every target, without a slash at its end
  std::string user, password;

  // As the Host header wants it: with brackets, the port only if it is not the scheme's.
  std::string authority() const;
  std::string host_and_port() const;
  // A literal loopback address, or localhost.
  bool is_loopback() const;
  bool same_origin(const Url& other) const { return tls == other.tls && host == other.host && port == other.port; }
};

// Errors say what is wrong, without the text, which may hold a password.
Result<Url> parse_base_url(std::string_view text);
Result<Url> parse_proxy(std::string_view text);

// The target (path and query) that a Location header leads to from `target` on the same origin. Another origin, or what
// is no URL at all: `protocol`.
Result<std::string> redirect_target(const Url& base, std::string_view target, std::string_view location);

// Only characters that a request line may hold.
bool is_target(std::string_view text) noexcept;

}  // namespace crmsync::connectors::http
