#include "connectors/http/message.h"

#include <algorithm>

namespace crmsync::connectors::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool Request::safe_to_repeat() const noexcept {
  const auto is_key = [](const Header& header) { return same_word(header.name, "Idempotency-Key"); };
  return repeatable || method == "GET" || method == "HEAD" || std::any_of(headers.begin(), headers.end(), is_key);
}

std::string_view Response::header(std::string_view name) const noexcept {
  for (const Header& header : headers)
    if (same_word(header.name, name)) return header.value;
  return {};
}

std::string encode_component(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += hex[byte >> 4];
    encoded += hex[byte & 15];
  }
  return encoded;
}

}  // namespace crmsync::connectors::http
