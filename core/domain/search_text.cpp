#include "core/domain/search_text.h"

#include <algorithm>

#include "core/domain/unicode.h"

namespace crmsync::domain {

namespace {

constexpr std::size_t kShort = 2;
constexpr std::size_t kMostWords = 24;  // of one contact; what follows is found by three letters
constexpr std::size_t kKeyBytes = 160;
// The last letter there is: behind every name.
constexpr std::string_view kNameless = "\xF4\x8F\xBF\xBF";

bool continues(char c) { return (c & 0xC0) == 0x80; }
bool in_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0; }

std::string_view first_letters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) {
    ++end;
    while (end < text.size() && continues(text[end])) ++end;
  }
  return text.substr(0, end);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Local part and first label: nobody looks for somebody by ".com".
std::string_view without_the_rest_of_the_domain(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? address : address.substr(0, address.find('.', at));
}

// Calls `each` with the text from every beginning of a word on, until it returns true.
template <class Each>
bool any_word(std::string_view text, Each each) {
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_word(text[i]) && !inside && each(text.substr(i))) return true;
    inside = in_word(text[i]);
  }
  return false;
}

template <class Each>
bool any_beginning(const SearchTexts& texts, Each each) {
  const std::string_view address = texts.address;
  return any_word(without_the_rest_of_the_domain(address.substr(0, address.find('\n'))), each) ||
         any_word(texts.name, each);
}

}  // namespace

SearchTexts::SearchTexts(std::string_view address_, std::string_view display, std::string_view name_)
    : address(fold_for_search(address_)), name(fold_for_search(name_)) {
  const auto shown = fold_for_search(display);
  if (shown != address) address += "\n" + shown;
}

std::vector<std::string> beginnings(const SearchTexts& texts) {
  std::vector<std::string> all;
  any_beginning(texts, [&](std::string_view word) {
    const auto first = first_letters(word, kShort);
    if (std::find(all.begin(), all.end(), first) == all.end()) all.emplace_back(first);
    return all.size() == kMostWords;
  });
  return all;
}

TextSearch::TextSearch(std::string_view typed) : text_(fold_for_search(trimmed(typed))) {
  all_ = trimmed(typed).empty();
  letters_ = letters_of(text_).size();
  by_beginnings_ = letters_ > 0 && letters_ <= kShort && in_word(text_.front());
}

bool TextSearch::finds(std::string_view address, std::string_view display, std::string_view name) const {
  if (all_) return true;
  if (text_.empty()) return false;  // nothing but accents
  const SearchTexts texts(address, display, name);
  if (!by_beginnings_)
    return texts.address.find(text_) != std::string::npos || texts.name.find(text_) != std::string::npos;
  const auto all = beginnings(texts);
  return std::any_of(all.begin(), all.end(), [&](const auto& first) { return first.starts_with(text_); });
}

std::string name_key(std::string_view address, std::string_view name) {
  std::string key = fold_for_search(trimmed(name));
  if (key.empty()) key = std::string(kNameless) + std::string(address);
  if (key.size() <= kKeyBytes) return key;
  auto end = kKeyBytes;
  while (continues(key[end])) --end;
  return key.substr(0, end);
}

std::vector<std::string_view> letters_of(std::string_view utf8) {
  std::vector<std::string_view> letters;
  while (!utf8.empty()) {
    letters.push_back(first_letters(utf8, 1));
    utf8.remove_prefix(letters.back().size());
  }
  return letters;
}

}  // namespace crmsync::domain
