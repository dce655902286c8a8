#include "config/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace crmsync::config {

namespace {

using Unit = std::pair<std::string_view, std::int64_t>;
constexpr std::array<Unit, 5> kUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_lower_or_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

template <class Number>
std::optional<Number> parse_all(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

std::optional<Endpoint> with_address(std::string host, std::string_view port) {
  std::array<unsigned char, 16> bytes{};
  if (host == "localhost") host = "127.0.0.1";
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1)
    return Endpoint{host.append(":").append(port), bytes[0] == 127};
  if (!host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  const std::string inside = host.substr(1, host.size() - 2);
  if (inet_pton(AF_INET6, inside.c_str(), bytes.data()) != 1) return std::nullopt;
  std::array<unsigned char, 16> loopback{};
  loopback[15] = 1;
  return Endpoint{host.append(":").append(port), bytes == loopback};
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  const auto number = parse_whole(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const auto& [name, length] : kUnits)
    if (text.substr(digits) == name && *number <= std::numeric_limits<std::int64_t>::max() / length)
      return std::chrono::milliseconds(*number * length);
  return std::nullopt;
}

std::string print_duration(std::chrono::milliseconds duration) {
  for (const auto& [name, length] : kUnits)
    if (duration.count() % length == 0) return std::to_string(duration.count() / length).append(name);
  return {};
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  return has_leading_zero(text) ? std::nullopt : parse_all<std::int64_t>(text);
}

std::optional<double> parse_decimal(std::string_view text) {
  const auto allowed = [](char c) { return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; };
  if (has_leading_zero(text) || !std::all_of(text.begin(), text.end(), allowed)) return std::nullopt;
  return parse_all<double>(text);
}

bool is_id(std::string_view text) {
  const auto allowed = [](char c) { return is_lower_or_digit(c) || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 63 && is_lower_or_digit(text[0]) &&
         std::all_of(text.begin(), text.end(), allowed);
}

bool is_credential_name(std::string_view text) {
  const auto allowed = [](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), allowed);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos) return std::nullopt;
  const auto port = parse_whole(text.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535) return std::nullopt;
  return with_address(std::string(text.substr(0, colon)), text.substr(colon + 1));
}

}  // namespace crmsync::config
