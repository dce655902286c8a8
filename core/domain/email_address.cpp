#include "core/domain/email_address.h"

#include <array>

#include "core/domain/unicode.h"

namespace crmsync::domain {

namespace {

constexpr std::size_t kMaxLocal = 64;
constexpr std::size_t kMaxDomain = 255;
constexpr std::size_t kMaxWhole = 254;
constexpr std::size_t kMaxLabel = 63;

// What stands around copied addresses: ASCII white space, no-break and ideographic space, zero-width space, byte order
// mark.
constexpr std::array<std::string_view, 10> kSpaces{" ",  "\t",       "\r",           "\n",           "\v",
                                                   "\f", "\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x8b", "\xef\xbb\xbf"};

std::size_t space_at_start(std::string_view text) {
  for (const auto space : kSpaces)
    if (text.starts_with(space)) return space.size();
  return 0;
}

std::size_t space_at_end(std::string_view text) {
  for (const auto space : kSpaces)
    if (text.ends_with(space)) return space.size();
  return 0;
}

bool may_be_space(char c) { return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) > 127; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && may_be_space(text.front())) {
    const std::size_t n = space_at_start(text);
    if (n == 0) break;
    text.remove_prefix(n);
  }
  while (!text.empty() && may_be_space(text.back())) {
    const std::size_t n = space_at_end(text);
    if (n == 0) break;
    text.remove_suffix(n);
  }
  return text;
}

// atext of RFC 5321 (RFC 5322 section 3.2.3); bytes above 127 by RFC 6531.
constexpr std::array<bool, 256> make_atext() {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '/', '=', '?', '^', '_', '`', '{', '|', '}', '~'})
    table[static_cast<unsigned char>(c)] = true;
  for (std::size_t c = 128; c < 256; ++c) table[c] = true;
  return table;
}
constexpr auto kAtext = make_atext();

bool is_dot_string(std::string_view text) {
  bool after_dot = true;
  for (const char c : text) {
    if (c == '.') {
      if (after_dot) return false;
      after_dot = true;
    } else {
      if (!kAtext[static_cast<unsigned char>(c)]) return false;
      after_dot = false;
    }
  }
  return !after_dot;
}

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all < 128;
}

void append_lower(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  out.append(text);
  for (std::size_t i = start; i < out.size(); ++i)
    if (out[i] >= 'A' && out[i] <= 'Z') out[i] = static_cast<char>(out[i] | 0x20);
}

bool is_host_name(std::string_view domain) {
  std::size_t label = 0;
  char before = '.';
  for (const char c : domain) {
    if (c == '.') {
      if (label == 0 || before == '-') return false;
      label = 0;
    } else {
      const bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!alnum && (c != '-' || label == 0)) return false;
      if (++label > kMaxLabel) return false;
    }
    before = c;
  }
  return label > 0 && before != '-';
}

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < text.size() && digits < 3 && text[digits] >= '0' && text[digits] <= '9')
      value = value * 10 + (text[digits++] - '0');
    if (digits == 0 || value > 255) return false;
    text.remove_prefix(digits);
    if (part == 3) return text.empty();
    if (text.empty() || text.front() != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Up to eight groups of up to four hexadecimal digits; one "::" stands for at least one; the last two may be an IPv4.
bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool gap = text.starts_with("::");
  if (gap) text.remove_prefix(2);
  while (!text.empty()) {
    std::size_t digits = 0;
    while (digits < text.size() && is_hex(text[digits])) ++digits;
    if (digits < text.size() && text[digits] == '.') return is_ipv4(text) && (gap ? groups + 2 < 8 : groups + 2 == 8);
    if (digits == 0 || digits > 4) return false;
    ++groups;
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text.front() != ':') return false;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return false;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

// Address-literal of RFC 5321 section 4.1.3: an IPv4 address, or a tag with its content.
bool is_literal(std::string_view domain) {
  if (domain.size() < 3 || domain.back() != ']') return false;
  domain = domain.substr(1, domain.size() - 2);
  const auto colon = domain.find(':');
  if (colon == std::string_view::npos) return is_ipv4(domain);
  std::string tag;
  append_lower(tag, domain.substr(0, colon));
  const auto content = domain.substr(colon + 1);
  if (tag == "ipv6") return is_ipv6(content);
  for (const char c : content)
    if (c <= ' ' || c > '~' || c == '[' || c == ']' || c == '\\') return false;
  return is_host_name(tag) && tag.find('.') == std::string::npos && !content.empty();
}

// The text between the quotes with its escapes resolved; false if it is not a quoted-string.
bool unquote(std::string_view quoted, std::string& out) {
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    char c = quoted[i];
    if (c == '\\') {
      if (++i == quoted.size()) return false;
      c = quoted[i];
    } else if (c == '"') {
      return false;
    }
    if (static_cast<unsigned char>(c) < ' ' || c == 127) return false;
    out += c;
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Whether it can stand without quotes and mean the same: what stands around an address is dropped, so a part that
// begins with a space of any kind keeps them.
bool needs_no_quotes(std::string_view local) { return is_dot_string(local) && space_at_start(local) == 0; }

bool fail(std::string* why, const char* reason) {
  if (why) *why = reason;
  return false;
}

// Folding can end in a character that has to be quoted (U+037E becomes a semicolon), so quoting comes last.
bool add_folded(std::string_view local, std::string& identity, std::string* why) {
  const auto folded = fold_case(local);
  if (!folded) return fail(why, "it is not valid UTF-8");
  identity += needs_no_quotes(*folded) ? *folded : quoted(*folded);
  return true;
}

bool add_quoted(std::string_view local, std::string& identity, std::string* why) {
  std::string content;
  if (local.size() < 2 || local.back() != '"' || !unquote(local.substr(1, local.size() - 2), content))
    return fail(why, "the quoted part before the @ is not closed properly");
  if (!is_ascii(content)) return add_folded(content, identity, why);
  append_lower(identity, needs_no_quotes(content) ? content : quoted(content));
  return true;
}

bool add_local(std::string_view local, std::string& identity, std::string* why) {
  if (local.empty()) return fail(why, "nothing stands before the @");
  if (local.size() > kMaxLocal) return fail(why, "the part before the @ is longer than 64 octets");
  if (local.front() == '"') return add_quoted(local, identity, why);
  if (!is_dot_string(local))
    return fail(why, "a character before the @ is not allowed there, or a dot stands at an end or twice");
  if (!is_ascii(local)) return add_folded(local, identity, why);
  append_lower(identity, local);
  return true;
}

bool add_domain(std::string_view domain, std::string& identity, std::string* why) {
  if (domain.empty()) return fail(why, "nothing stands after the @");
  if (domain.size() > kMaxDomain) return fail(why, "the part after the @ is longer than 255 octets");
  if (domain.front() == '[') {
    if (!is_literal(domain)) return fail(why, "the address literal after the @ is not closed properly");
    append_lower(identity, domain);
    return true;
  }
  if (is_ascii(domain)) {
    if (!is_host_name(domain)) return fail(why, "the part after the @ is not a domain name");
    append_lower(identity, domain);
    return true;
  }
  const auto ascii = to_a_labels(domain);
  if (!ascii || !is_host_name(*ascii)) return fail(why, "the part after the @ is not a domain name");
  append_lower(identity, *ascii);
  return true;
}

}  // namespace

bool normalise_email_address(std::string_view text, std::string& identity, std::string* why) {
  identity.clear();
  text = trimmed(text);
  if (text.empty()) return fail(why, "it is empty");
  const auto at = text.rfind('@');  // a quoted string may hold one, a domain not
  if (at == std::string_view::npos) return fail(why, "it has no @");
  if (!add_local(text.substr(0, at), identity, why)) return false;
  identity += '@';
  if (!add_domain(text.substr(at + 1), identity, why)) return false;
  return identity.size() <= kMaxWhole || fail(why, "it is longer than 254 octets");
}

std::optional<EmailAddress> parse_email_address(std::string_view text, std::string* why) {
  EmailAddress address;
  if (!normalise_email_address(text, address.identity, why)) return std::nullopt;
  address.display = trimmed(text);
  return address;
}

}  // namespace crmsync::domain
