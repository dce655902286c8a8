#include "connectors/http/request_head.h"

#include <algorithm>
#include <array>

namespace crmsync::connectors::http {

namespace {

constexpr std::array<std::string_view, 10> kOwn{
    "Host", "Connection", "Content-Length", "Transfer-Encoding", "Content-Type", "Accept-Encoding", "User-Agent",
    "TE",   "Upgrade",    "Expect"};

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

Error unsendable(const std::string& what) { return {ErrorKind::protocol, "this request cannot be sent: " + what}; }

bool may_have_body(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

void add(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

Result<std::string> request_head(const Request& request, std::string_view target, const Url& base,
                                 const Sender& sender) {
  if (!is_token(request.method)) return unsendable("its method is none");
  if (!is_target(target) || target[0] != '/' || target.find('#') != std::string_view::npos)
    return unsendable("its target is not a path and query, percent-encoded");
  std::string text = request.method + " ";
  if (sender.absolute) text += (base.tls ? "https://" : "http://") + base.authority();
  text.append(target).append(" HTTP/1.1\r\n");
  add(text, "Host", base.authority());
  add(text, "User-Agent", sender.user_agent);
  add(text, "Accept-Encoding", "gzip");
  if (!sender.proxy_authorization.empty()) add(text, "Proxy-Authorization", sender.proxy_authorization);
  for (const Header& header : request.headers) {
    if (!is_token(header.name)) return unsendable("a header has no proper name");
    const auto is_it = [&](std::string_view own) { return same_word(own, header.name); };
    if (std::any_of(kOwn.begin(), kOwn.end(), is_it)) return unsendable(header.name + " is the client's to set");
    if (!is_value(header.value)) return unsendable(header.name + " holds a line break or control character");
    add(text, header.name, header.value);
  }
  if (!request.body.empty()) {
    if (!is_value(request.content_type)) return unsendable("its content type holds a line break or control character");
    add(text, "Content-Type", request.content_type);
  }
  if (!request.body.empty() || may_have_body(request.method))
    add(text, "Content-Length", std::to_string(request.body.size()));
  return text + "\r\n";
}

std::string basic_credentials(const std::string& user, const std::string& password) {
  if (user.empty()) return {};
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string plain = user + ":" + password;
  std::string text = "Basic ";
  for (std::size_t i = 0; i < plain.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < plain.size() ? static_cast<unsigned char>(plain[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += i + k > plain.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return text;
}

std::string connect_head(const Url& base, const Sender& sender) {
  std::string text = "CONNECT " + base.host_and_port() + " HTTP/1.1\r\n";
  add(text, "Host", base.host_and_port());
  add(text, "User-Agent", sender.user_agent);
  if (!sender.proxy_authorization.empty()) add(text, "Proxy-Authorization", sender.proxy_authorization);
  return text + "\r\n";
}

}  // namespace crmsync::connectors::http
