#include "core/domain/evidence.h"

namespace crmsync::domain {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string evidence(std::string_view key, std::string_view value) {
  return "{" + json_string(key) + ":" + json_string(value) + "}";
}

}  // namespace crmsync::domain
