#include "tests/crm_server/text.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace crmsync::crm_server {

void append_quoted(std::string& out, std::string_view text) {
  const auto special = [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; };
  out += '"';
  const auto plain = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), special) - text.begin());
  out.append(text.substr(0, plain));
  for (const char c : text.substr(plain)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char kHex[] = "0123456789abcdef";
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

namespace {
void two(char*& at, int value) {
  *at++ = static_cast<char>('0' + value / 10 % 10);
  *at++ = static_cast<char>('0' + value % 10);
}
}  // namespace

void append_time(std::string& out, Millis time) {
  const std::time_t seconds = time / 1000;
  // A page has few distinct seconds.
  thread_local std::time_t last = -1;
  thread_local std::tm parts{};
  if (seconds != last) gmtime_r(&seconds, &parts), last = seconds;
  char text[26];
  char* at = text;
  *at++ = '"';
  two(at, (parts.tm_year + 1900) / 100), two(at, (parts.tm_year + 1900) % 100);
  *at++ = '-', two(at, parts.tm_mon + 1), *at++ = '-', two(at, parts.tm_mday);
  *at++ = 'T', two(at, parts.tm_hour), *at++ = ':', two(at, parts.tm_min), *at++ = ':', two(at, parts.tm_sec);
  const int millis = static_cast<int>(time % 1000);
  *at++ = '.', *at++ = static_cast<char>('0' + millis / 100), two(at, millis % 100);
  *at++ = 'Z', *at++ = '"';
  out.append(text, at);
}

std::string http_date(Millis time) {
  const std::time_t seconds = time / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string decode_percent(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::string> values_of(std::string_view query, std::string_view name) {
  std::vector<std::string> values;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name || equals == std::string_view::npos) continue;
    std::string text = decode_percent(pair.substr(equals + 1), true);
    for (std::size_t comma; (comma = text.find(',')) != std::string::npos; text.erase(0, comma + 1))
      values.push_back(text.substr(0, comma));
    values.push_back(std::move(text));
  }
  return values;
}

std::optional<std::string> value_of(std::string_view query, std::string_view name) {
  auto values = values_of(query, name);
  if (values.empty()) return std::nullopt;
  return std::move(values.front());
}

}  // namespace crmsync::crm_server
