#include "connectors/csv/encoding.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace crmsync::connectors::csv {

namespace {

void append_code_point(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

constexpr char32_t kReplacement = 0xFFFD;

// 0x80 to 0x9F of Windows-1252 (WHATWG Encoding Standard, index windows-1252).
constexpr std::array<char16_t, 32> kHigh{0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                         0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                         0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                         0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

// Length of the valid sequence at `at`, 0 if there is none.
std::size_t sequence_at(const unsigned char* at, std::size_t left) {
  const unsigned char lead = at[0];
  const std::size_t size = lead < 0x80                   ? 1
                           : lead >= 0xC2 && lead < 0xE0 ? 2
                           : lead >= 0xE0 && lead < 0xF0 ? 3
                           : lead >= 0xF0 && lead < 0xF5 ? 4
                                                         : 0;
  if (size == 0 || size > left) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at[i] & 0xC0) != 0x80) return 0;
  if (size == 3 && ((lead == 0xE0 && at[1] < 0xA0) || (lead == 0xED && at[1] > 0x9F))) return 0;
  if (size == 4 && ((lead == 0xF0 && at[1] < 0x90) || (lead == 0xF4 && at[1] > 0x8F))) return 0;
  return size;
}

}  // namespace

Detected detect_encoding(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) return {Encoding::utf8, 3};
  if (head.starts_with("\xFF\xFE")) return {Encoding::utf16_le, 2};
  if (head.starts_with("\xFE\xFF")) return {Encoding::utf16_be, 2};
  // A header line in UTF-16 is mostly ASCII: every second byte is zero.
  if (head.size() >= 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0) return {Encoding::utf16_le, 0};
  if (head.size() >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0) return {Encoding::utf16_be, 0};
  return {};
}

void utf16_to_utf8(std::string_view bytes, bool big_endian, std::string& rest, std::string& out) {
  rest.append(bytes);
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(rest[i]), b = static_cast<unsigned char>(rest[i + 1]);
    return static_cast<char32_t>(big_endian ? a << 8 | b : b << 8 | a);
  };
  std::size_t at = 0;
  while (at + 2 <= rest.size()) {
    const char32_t first = unit(at);
    if (first < 0xD800 || first > 0xDFFF) {
      append_code_point(out, first);
      at += 2;
      continue;
    }
    if (first < 0xDC00 && at + 4 > rest.size()) break;
    const char32_t second = first < 0xDC00 ? unit(at + 2) : 0;
    const bool pair = second >= 0xDC00 && second <= 0xDFFF;
    append_code_point(out, pair ? 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00) : kReplacement);
    at += pair ? 4 : 2;
  }
  rest.erase(0, at);
}

bool is_utf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left >= 8) {  // eight ASCII bytes at once: almost all there is
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    if ((word & 0x8080808080808080ULL) != 0) break;
    at += 8, left -= 8;
  }
  while (left > 0) {
    const std::size_t size = sequence_at(at, left);
    if (size == 0) return false;
    at += size, left -= size;
  }
  return true;
}

std::string from_windows_1252(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    append_code_point(out, byte >= 0x80 && byte < 0xA0 ? kHigh[byte - 0x80] : byte);
  }
  return out;
}

}  // namespace crmsync::connectors::csv
