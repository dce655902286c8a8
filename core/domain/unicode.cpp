#include "core/domain/unicode.h"

#include <idn2.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>
#include <unistring/version.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace crmsync::domain {

namespace {
struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Bytes = std::unique_ptr<std::uint8_t, Free>;

constexpr ucs4_t kReplacement = 0xFFFD;
constexpr int kFolding = 1;  // of fold_for_search() itself

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c != 0 && (c & 0x80) == 0; });
}

void append(std::string& text, ucs4_t letter) {
  std::uint8_t bytes[6];
  const int size = u8_uctomb(bytes, letter, sizeof bytes);
  if (size > 0) text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

template <class Each>
void each_letter(std::string_view utf8, Each each) {
  const auto* at = reinterpret_cast<const std::uint8_t*>(utf8.data());
  for (std::size_t left = utf8.size(); left > 0;) {
    ucs4_t letter = 0;
    const auto size = static_cast<std::size_t>(u8_mbtouc(&letter, at, left));
    each(letter == 0 ? kReplacement : letter);
    at += size, left -= size;
  }
}

// Letters that Unicode does not take apart although people type them so.
std::string_view plain(ucs4_t letter) {
  switch (letter) {
    case 0xE6: return "ae";
    case 0xF0: return "d";
    case 0xF8: return "o";
    case 0xFE: return "th";
    case 0x111: return "d";
    case 0x131: return "i";
    case 0x142: return "l";
    case 0x153: return "oe";
    default: return {};
  }
}
bool is_accent(ucs4_t letter) { return letter >= 0x300 && letter <= 0x36F; }
}  // namespace

std::optional<std::string> fold_case(std::string_view utf8) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
  if (u8_check(bytes, utf8.size())) return std::nullopt;
  std::size_t size = 0;
  const Bytes folded(u8_casefold(bytes, utf8.size(), nullptr, UNINORM_NFC, nullptr, &size));
  if (!folded) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(folded.get()), size);
}

std::optional<std::string> to_a_labels(std::string_view utf8_domain) {
  if (utf8_domain.find('\0') != std::string_view::npos) return std::nullopt;  // the library would stop reading there
  char* raw = nullptr;
  const std::string text(utf8_domain);
  if (idn2_to_ascii_8z(text.c_str(), &raw, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK) return std::nullopt;
  const std::unique_ptr<char, Free> ascii(raw);
  return std::string(ascii.get());
}

std::string fold_for_search(std::string_view text) {
  std::string folded;
  if (is_ascii(text)) {
    folded = text;
    for (char& c : folded)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return folded;
  }
  std::string valid;
  each_letter(text, [&](ucs4_t letter) { append(valid, letter); });
  std::size_t size = 0;
  const Bytes apart(u8_casefold(reinterpret_cast<const std::uint8_t*>(valid.data()), valid.size(), nullptr,
                                UNINORM_NFKD, nullptr, &size));
  if (!apart) return valid;
  each_letter({reinterpret_cast<const char*>(apart.get()), size}, [&](ucs4_t letter) {
    const auto letters = plain(letter);
    if (!letters.empty())
      folded += letters;
    else if (!is_accent(letter))
      append(folded, letter);
  });
  return folded;
}

int search_folding_version() { return kFolding << 24 | _libunistring_version; }

}  // namespace crmsync::domain
