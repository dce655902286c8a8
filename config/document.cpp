#include "config/document.h"

#include <algorithm>

#include "config/line_index.h"
#include "config/parsers.h"

namespace crmsync::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Length of the UTF-8 character at the start of `text`; 0: it is none (overlong, surrogate, beyond U+10FFFF, cut off).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const unsigned char second = byte(1);
  const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                   (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return bad ? 0 : length;
}

bool is_control(char c) { return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7F'; }

std::string printed(char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {'U', '+', '0', '0', digits[static_cast<std::size_t>(c) / 16], digits[static_cast<std::size_t>(c) % 16]};
}

std::optional<Fault> unreadable(std::string_view text) {
  if (text.size() > kLargestDocument) return Fault{{}, "the file is larger than 1 MiB"};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) return Fault{LineIndex(text.substr(0, i)).at(i), "not UTF-8 here: save the file as UTF-8"};
    if (text[i] == '\0')
      return Fault{LineIndex(text).at(i), "a NUL character: is this a text file, and saved as UTF-8?"};
    if (is_control(text[i])) return Fault{LineIndex(text).at(i), "a control character (" + printed(text[i]) + ")"};
    i += length;
  }
  return std::nullopt;
}

}  // namespace

const Entry* Node::find(std::string_view key) const noexcept {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

Syntax syntax_of(std::string_view name, std::string_view text) noexcept {
  if (name.ends_with(".json")) return Syntax::json;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' ? Syntax::json : Syntax::yaml;
}

Document parse_document(std::string_view text, Syntax syntax) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (auto fault = unreadable(text)) return {std::nullopt, {*fault}};
  Document document = syntax == Syntax::json ? parse_json(text) : parse_yaml(text);
  std::stable_sort(document.faults.begin(), document.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.at < b.at; });
  return document;
}

}  // namespace crmsync::config
