// What single values of the configuration look like. Used by the loader.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::config {

// 250ms, 10s, 5m, 24h, 7d.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string print_duration(std::chrono::milliseconds duration);

// Digits, with a minus in front at most: no zero in front (some read 010 as 8), no exponent, no underscores.
std::optional<std::int64_t> parse_whole(std::string_view text);
// Decimal and finite.
std::optional<double> parse_decimal(std::string_view text);

// [a-z0-9][a-z0-9_-]{0,62}
bool is_id(std::string_view text);
// A file name that the service manager accepts as the name of a credential.
bool is_credential_name(std::string_view text);

struct Endpoint {
  std::string text;  // "127.0.0.1:8710", "[::1]:8710": an address as numbers, and a port
  bool loopback = false;
};
// HOST:PORT with an IPv4 address, an IPv6 address in brackets, or localhost.
std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace crmsync::config
