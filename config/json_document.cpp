#include <utility>

#include "config/line_index.h"
#include "config/parsers.h"
#include "config/tree_builder.h"

namespace crmsync::config {

namespace {

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// RFC 8259, strictly. Written here because every value has to know its place, which nlohmann's SAX interface does not
// tell; a test holds it against that parser.
class JsonParser {
 public:
  JsonParser(std::string_view text, const LineIndex& lines, TreeBuilder& tree)
      : text_(text), lines_(lines), tree_(tree) {}

  void document() {
    skip_space();
    value();
    skip_space();
    if (at_ != text_.size()) fail("something follows the end of the document");
  }

 private:
  [[noreturn]] void fail(std::string message) const { fail_at(at_, std::move(message)); }
  [[noreturn]] void fail_at(std::size_t offset, std::string message) const {
    throw FatalFault{{lines_.at(offset), std::move(message)}};
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    const auto next = text_.find_first_not_of(" \t\r\n", at_);
    at_ = next == std::string_view::npos ? text_.size() : next;
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  // The tree's limit on depth bounds the recursion.
  void value() {
    const Position here = lines_.at(at_);
    const char c = peek();
    if (c == '{') {
      map(here);
    } else if (c == '[') {
      list(here);
    } else if (c == '"') {
      tree_.scalar(here, string(), true);
    } else if (c == '-' || is_digit(c)) {
      tree_.scalar(here, number(), false);
    } else {
      word(here);
    }
  }

  void word(Position here) {
    for (const std::string_view known : {"true", "false", "null"}) {
      if (!text_.substr(at_).starts_with(known)) continue;
      at_ += known.size();
      return known == "null" ? tree_.null(here) : tree_.scalar(here, std::string(known), false);
    }
    if (at_ == text_.size()) fail("the text ends where a value is missing");
    if (peek() == '/' || peek() == '#') fail("JSON has no comments: use YAML, or leave it out");
    if (peek() == '\'') fail("a text stands in double quotes");
    fail("a value is missing here (a text stands in double quotes)");
  }

  void map(Position here) {
    tree_.start_map(here);
    const std::size_t opened = at_++;
    skip_space();
    if (!take('}')) {
      do {
        skip_space();
        if (peek() == '}') fail("a comma without a key after it");
        if (peek() != '"') fail(ended(opened, "a key in double quotes is missing here"));
        const Position key = lines_.at(at_);
        tree_.scalar(key, string(), true);
        skip_space();
        if (!take(':')) fail(ended(opened, "a \":\" is missing here"));
        skip_space();
        value();
        skip_space();
      } while (take(','));
      if (!take('}')) fail(ended(opened, "a comma or } is missing here"));
    }
    tree_.end();
  }

  void list(Position here) {
    tree_.start_list(here);
    const std::size_t opened = at_++;
    skip_space();
    if (!take(']')) {
      do {
        skip_space();
        if (peek() == ']') fail("a comma without a value after it");
        value();
        skip_space();
      } while (take(','));
      if (!take(']')) fail(ended(opened, "a comma or ] is missing here"));
    }
    tree_.end();
  }

  std::string ended(std::size_t opened, const char* otherwise) const {
    if (at_ < text_.size()) return otherwise;
    return std::string("the text ends before the ") + (text_[opened] == '{' ? "} of the {" : "] of the [") +
           " in line " + std::to_string(lines_.at(opened).line);
  }

  std::string number() {
    const std::size_t start = at_;
    take('-');
    if (!is_digit(peek())) fail("a digit is missing here");
    if (take('0') && is_digit(peek())) fail_at(start, "a number with a zero in front");
    while (is_digit(peek())) ++at_;
    if (take('.')) digits();
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      digits();
    }
    return std::string(text_.substr(start, at_ - start));
  }
  void digits() {
    if (!is_digit(peek())) fail("a digit is missing here");
    while (is_digit(peek())) ++at_;
  }

  std::string string() {
    const std::size_t opened = at_++;
    std::string out;
    while (!take('"')) {
      if (at_ == text_.size()) fail_at(opened, "the closing quote of this text is missing");
      if (static_cast<unsigned char>(peek()) < ' ') fail("a text in quotes stands in one line: write \\n or \\t");
      if (take('\\'))
        escape(out);
      else
        out.push_back(text_[at_++]);
    }
    return out;
  }

  void escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    const std::size_t start = at_ - 1;
    if (take('u')) return append_utf8(out, code_point(start));
    const auto which = names.find(peek());
    if (at_ == text_.size() || which == std::string_view::npos) fail_at(start, "an escape that JSON does not have");
    out.push_back(meant[which]);
    ++at_;
  }

  unsigned code_point(std::size_t start) {
    const unsigned first = four_digits(start);
    if (first >= 0xDC00 && first <= 0xDFFF) fail_at(start, "the second half of a surrogate pair without the first");
    if (first < 0xD800 || first > 0xDBFF) return first;
    const bool pair = take('\\') && take('u');
    const unsigned second = pair ? four_digits(start) : 0;
    if (second < 0xDC00 || second > 0xDFFF) fail_at(start, "the first half of a surrogate pair without the second");
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }

  unsigned four_digits(std::size_t start) {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const int digit = is_digit(c)            ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) fail_at(start, "\\u without four hexadecimal digits");
      code = code * 16 + static_cast<unsigned>(digit);
      ++at_;
    }
    return code;
  }

  std::string_view text_;
  const LineIndex& lines_;
  TreeBuilder& tree_;
  std::size_t at_ = 0;
};

}  // namespace

Document parse_json(std::string_view text) {
  const LineIndex lines(text);
  TreeBuilder tree;
  try {
    JsonParser(text, lines, tree).document();
  } catch (const FatalFault& fatal) {
    return std::move(tree).give_up(fatal.fault);
  }
  return std::move(tree).take();
}

}  // namespace crmsync::config
