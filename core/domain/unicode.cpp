#include "core/domain/unicode.h"

#include <idn2.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#include <cstdlib>
#include <memory>

namespace crmsync::domain {

namespace {
struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
}  // namespace

std::optional<std::string> fold_case(std::string_view utf8) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
  if (u8_check(bytes, utf8.size())) return std::nullopt;
  std::size_t size = 0;
  const std::unique_ptr<std::uint8_t, Free> folded(
      u8_casefold(bytes, utf8.size(), nullptr, UNINORM_NFC, nullptr, &size));
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

}  // namespace crmsync::domain
