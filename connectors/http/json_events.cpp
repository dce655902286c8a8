#include "connectors/http/json_events.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace crmsync::connectors::http {

namespace {

using Word = std::uint64_t;

constexpr Word kOnes = 0x0101010101010101ULL;
constexpr Word kHighs = 0x8080808080808080ULL;

// High bits of the bytes that are zero; behind the first, of others too.
Word zeros(Word word) { return (word - kOnes) & ~word & kHighs; }

// What ends a run of plain characters: a quote, a backslash, a control character, the beginning of a longer one.
bool is_special(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

// High bits of the special bytes; behind the first, of others too.
Word specials(Word word) {
  const Word control = (word - kOnes * 0x20) & ~word;
  return ((control | word) & kHighs) | zeros(word ^ kOnes * '"') | zeros(word ^ kOnes * '\\');
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Bytes of the UTF-8 character at the beginning; 0: it is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned lead = byte(0), second = byte(1);
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool shortest = lead != 0xe0 || second >= 0xa0, no_surrogate = lead != 0xed || second < 0xa0;
    return follows(1) && follows(2) && shortest && no_surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool shortest = lead != 0xf0 || second >= 0x90, in_range = lead != 0xf4 || second < 0x90;
    return follows(1) && follows(2) && follows(3) && shortest && in_range ? 4 : 0;
  }
  return 0;
}

void append_character(std::string& out, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6), add(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12), add(0x80 | (code >> 6 & 0x3f)), add(0x80 | (code & 0x3f));
  } else {
    add(0xf0 | code >> 18), add(0x80 | (code >> 12 & 0x3f)), add(0x80 | (code >> 6 & 0x3f)), add(0x80 | (code & 0x3f));
  }
}

class Reader {
 public:
  Reader(std::string_view text, JsonEvents& events)
      : at_(text.data()), end_(text.data() + text.size()), events_(events) {}

  bool whole() {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    if (std::string_view(at_, left()).starts_with(mark)) at_ += mark.size();
    skip_space();
    if (!value()) return false;
    while (depth_ > 0)
      if (!next()) return false;
    skip_space();
    return at_ == end_;
  }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool take(std::string_view word) {
    if (!std::string_view(at_, left()).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool value() {
    if (at_ == end_) return false;
    switch (*at_) {
      case '"': {
        std::string_view text;
        return string(text, value_) && events_.string(text);
      }
      case '{': return begin(true);
      case '[': return begin(false);
      case 't': return take("true") && events_.boolean(true);
      case 'f': return take("false") && events_.boolean(false);
      case 'n': return take("null") && events_.null();
      default: return number();
    }
  }

  bool begin(bool object) {
    if (depth_ == kDeepestJson) return false;
    ++at_;
    objects_ = objects_ << 1 | (object ? 1U : 0U);
    ++depth_;
    first_ = true;
    return object ? events_.start_object() : events_.start_array();
  }

  // The next member of the innermost array or object, or its end.
  bool next() {
    const bool object = (objects_ & 1) != 0;
    skip_space();
    if (take(object ? '}' : ']')) {
      objects_ >>= 1;
      --depth_;
      first_ = false;
      return object ? events_.end_object() : events_.end_array();
    }
    if (!first_) {
      if (!take(',')) return false;
      skip_space();
    }
    first_ = false;
    if (!object) return value();
    std::string_view name;
    if (!string(name, key_) || !events_.key(name)) return false;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    return value();
  }

  bool number() {
    const char* const begin = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return events_.number({begin, static_cast<std::size_t>(at_ - begin)});
  }

  bool digits() {
    const char* const begin = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != begin;
  }

  // A string is a view of the text; one with escapes is put together in `room`.
  bool string(std::string_view& text, std::string& room) {
    if (!take('"')) return false;
    const char* begin = at_;
    bool escaped = false;
    while (skip_plain()) {
      const char c = *at_;
      if (c == '"') {
        const std::string_view rest(begin, static_cast<std::size_t>(at_ - begin));
        text = escaped ? std::string_view(room.append(rest)) : rest;
        ++at_;
        return true;
      }
      if (c == '\\') {
        if (!escaped) room.clear();
        escaped = true;
        room.append(begin, at_);
        ++at_;
        if (!escape(room)) return false;
        begin = at_;
        continue;
      }
      const std::size_t size = character_size({at_, left()});
      if (size == 0) return false;
      at_ += size;
    }
    return false;
  }

  // To the next character that means something; false: there is none.
  bool skip_plain() {
    while (left() >= sizeof(Word)) {
      Word word = 0;
      std::memcpy(&word, at_, sizeof word);
      const Word found = specials(word);
      if (found != 0 && std::endian::native == std::endian::little) {
        at_ += std::countr_zero(found) / 8;
        return true;
      }
      if (found != 0) break;
      at_ += sizeof word;
    }
    while (at_ != end_ && !is_special(*at_)) ++at_;
    return at_ != end_;
  }

  bool escape(std::string& out) {
    if (at_ == end_) return false;
    switch (*at_++) {
      case '"': out += '"'; return true;
      case '\\': out += '\\'; return true;
      case '/': out += '/'; return true;
      case 'b': out += '\b'; return true;
      case 'f': out += '\f'; return true;
      case 'n': out += '\n'; return true;
      case 'r': out += '\r'; return true;
      case 't': out += '\t'; return true;
      case 'u': return code(out);
      default: return false;
    }
  }

  // \uXXXX; one beyond the first plane is a pair, and half a pair is nothing.
  bool code(std::string& out) {
    std::uint32_t code = 0, second = 0;
    if (!four_digits(code)) return false;
    if (code >= 0xdc00 && code <= 0xdfff) return false;
    if (code >= 0xd800 && code <= 0xdbff) {
      if (!take("\\u") || !four_digits(second) || second < 0xdc00 || second > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
    }
    append_character(out, code);
    return true;
  }

  bool four_digits(std::uint32_t& value) {
    if (left() < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const char c = *at_++, letter = static_cast<char>(c | 0x20);
      if (!is_digit(c) && (letter < 'a' || letter > 'f')) return false;
      value = value << 4 | static_cast<std::uint32_t>(is_digit(c) ? c - '0' : letter - 'a' + 10);
    }
    return true;
  }

  const char* at_;
  const char* const end_;
  JsonEvents& events_;
  std::uint64_t objects_ = 0;  // a bit a level, the innermost lowest: whether it is an object
  std::size_t depth_ = 0;
  bool first_ = false;  // nothing of the innermost has come yet
  std::string key_;
  std::string value_;
};

static_assert(kDeepestJson <= 64, "a bit a level");

}  // namespace

bool read_json(std::string_view text, JsonEvents& events) { return Reader(text, events).whole(); }

}  // namespace crmsync::connectors::http
