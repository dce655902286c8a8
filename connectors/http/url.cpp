#include "connectors/http/url.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>

#include "connectors/http/message.h"

namespace crmsync::connectors::http {

namespace {

namespace ip = boost::asio::ip;

Error wrong(std::string message) { return {ErrorKind::config, std::move(message)}; }

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

std::optional<ip::address> literal(const std::string& host) {
  boost::system::error_code ec;
  const auto address = ip::make_address(host, ec);
  if (ec) return std::nullopt;
  return address;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// Cuts off what stands before the separator; nullopt, and nothing cut, without one.
std::optional<std::string_view> cut(std::string_view& text, std::string_view separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const auto before = text.substr(0, at);
  text.remove_prefix(at + separator.size());
  return before;
}

// "host", "host:port", "[address]", "[address]:port"
bool parse_authority(std::string_view text, Url& url) {
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    url.host = text.substr(1, end - 1);
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') return false;
    if (!rest.empty()) port = rest.substr(1);
    const auto address = literal(url.host);
    if (!address || !address->is_v6() || url.host.find('%') != std::string::npos) return false;
  } else {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
    url.host = text.substr(0, colon);
  }
  std::transform(url.host.begin(), url.host.end(), url.host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (!text.starts_with('[') && !is_host_name(url.host)) return false;
  url.port = url.tls ? 443 : 80;
  if (!port) return true;
  const auto number = port_of(*port);
  if (number) url.port = *number;
  return number.has_value();
}

// Scheme and authority; `text` is left with what follows.
Result<Url> parse_origin(std::string_view& text) {
  if (!is_target(text)) return wrong("is empty, or holds a space or another character that no URL holds");
  const auto scheme = cut(text, "://");
  Url url;
  if (scheme && same_word(*scheme, "https"))
    url.tls = true;
  else if (!scheme || !same_word(*scheme, "http"))
    return wrong("does not begin with https:// or http://");
  const auto authority_end = std::min(text.find_first_of("/?#"), text.size());
  auto authority = text.substr(0, authority_end);
  text.remove_prefix(authority_end);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    auto password = authority.substr(0, at);
    const auto user = cut(password, ":");
    const auto name = decoded(user ? *user : password), secret = decoded(user ? password : std::string_view());
    if (!name || !secret || name->empty()) return wrong("has a user or password that is not percent-encoded");
    url.user = *name;
    url.password = *secret;
    authority.remove_prefix(at + 1);
  }
  if (!parse_authority(authority, url)) return wrong("has no host, or a host or port that cannot be");
  return url;
}

Error odd_redirect(std::string what) { return {ErrorKind::protocol, "a redirect " + std::move(what)}; }

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::string Url::host_and_port() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return name + ":" + std::to_string(port);
}

bool Url::is_loopback() const {
  const auto address = literal(host);
  return address ? address->is_loopback() : host == "localhost";
}

bool is_target(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<Url> parse_base_url(std::string_view text) {
  auto url = parse_origin(text);
  if (!url) return url;
  if (!url->user.empty()) return wrong("holds a user: credentials have options of their own");
  if (text.find_first_of("?#") != std::string_view::npos) return wrong("has a query or fragment");
  if (!url->tls && !url->is_loopback())
    return wrong("begins with http://, which is for this very machine only; use https://");
  while (text.ends_with('/')) text.remove_suffix(1);
  url->prefix = text;
  return url;
}

Result<Url> parse_proxy(std::string_view text) {
  auto url = parse_origin(text);
  if (!url) return url;
  if (url->tls) return wrong("begins with https://; a proxy is spoken to by http://");
  if (!text.empty() && text != "/") return wrong("has a path");
  if (url->user.find(':') != std::string::npos) return wrong("has a user with a colon");
  return url;
}

Result<std::string> redirect_target(const Url& base, std::string_view target, std::string_view location) {
  location = location.substr(0, location.find('#'));
  if (!is_target(location)) return odd_redirect("leads nowhere");
  const auto scheme_end = location.find(':');
  const bool absolute = scheme_end != std::string_view::npos && scheme_end < location.find_first_of("/?");
  if (absolute || location.starts_with("//")) {
    const std::string text = absolute ? std::string(location) : (base.tls ? "https:" : "http:") + std::string(location);
    std::string_view rest = text;
    const auto url = parse_origin(rest);
    if (!url) return odd_redirect("leads to what is no address of a web server");
    if (!url->same_origin(base) || !url->user.empty())
      return odd_redirect("leads to another host, " + url->host_and_port() +
                          ", and credentials follow to none; if the CRM has moved, set its new address");
    return rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  }
  if (location[0] == '/') return std::string(location);
  const auto path = target.substr(0, target.find('?'));
  if (location[0] == '?') return std::string(path) + std::string(location);
  return std::string(path.substr(0, path.rfind('/') + 1)) + std::string(location);
}

}  // namespace crmsync::connectors::http
