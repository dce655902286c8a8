#include "daemon/ctl/http_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <filesystem>
#include <fstream>
#include <vector>

#include "daemon/ctl/wire.h"

namespace crmsync::ctl {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::response_parser<http::string_body>;

namespace {

constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::uint64_t kMostBody = 256 * 1024 * 1024;

Error broken(const Endpoint& endpoint, const error_code& ec) {
  const std::string why = ec == asio::error::eof ? "it closed the connection" : ec.message();
  return {ErrorKind::transient, "the daemon at " + place_of(endpoint) + " did not answer completely: " + why +
                                    ". Look into its log: journalctl -u crmsyncd"};
}

std::string render(const Endpoint& endpoint, const HttpCall& call, std::uint64_t size) {
  std::string text = call.method + " " + call.target + " HTTP/1.1\r\nUser-Agent: crmsyncctl\r\n";
  text += "Host: " + (endpoint.tls ? authority_of(endpoint) : "localhost") + "\r\n";
  text += "Accept: application/json\r\nConnection: close\r\n";
  if (!endpoint.token.empty()) text += "Authorization: Bearer " + endpoint.token + "\r\n";
  if (size > 0) text += std::string("Content-Type: ") + (call.file.empty() ? "application/json" : "text/csv") + "\r\n";
  if (call.method != "GET") text += "Content-Length: " + std::to_string(size) + "\r\n";
  return text + "\r\n";
}

// A file that becomes shorter on the way ends the request early, and the daemon drops it.
void send_file(Wire& wire, std::ifstream& file, error_code& ec) {
  std::vector<char> piece(kReadSize);
  while (file && !ec) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    wire.write({piece.data(), static_cast<std::size_t>(file.gcount())}, ec);
  }
}

bool has_line_break(std::string_view text) { return text.find_first_of("\r\n") != std::string_view::npos; }

// Hands over what has arrived of a successful answer, so that an export needs no memory for the whole of it.
bool drain(Parser& parser, const Sink& sink) {
  if (!sink || !parser.is_header_done() || parser.get().result_int() >= 300) return true;
  auto& body = parser.get().body();
  const bool more = body.empty() || sink(body);
  body.clear();
  return more;
}

Result<HttpReply> read_reply(Wire& wire, const Endpoint& endpoint, const Sink& sink) {
  Parser parser;
  parser.eager(true);
  parser.body_limit(kMostBody);
  if (sink) parser.body_limit(boost::none);
  std::string in;
  std::array<char, kReadSize> piece;
  error_code ec;
  while (!parser.is_done()) {
    const std::size_t count = wire.read_some(piece.data(), piece.size(), ec);
    if (ec == asio::error::eof && parser.is_header_done() && parser.need_eof()) break;
    if (ec) return broken(endpoint, ec);
    in.append(piece.data(), count);
    std::size_t used = 0;
    while (used < in.size() && !parser.is_done() && !ec)
      used += parser.put(asio::buffer(in.data() + used, in.size() - used), ec);
    in.erase(0, used);
    if (ec && ec != http::error::need_more) return broken(endpoint, ec);
    if (!drain(parser, sink)) break;
  }
  return HttpReply{parser.get().result_int(), std::move(parser.get().body())};
}

bool is_host_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace

Result<Endpoint> parse_url(const std::string& url) {
  constexpr std::string_view kPlain = "http://", kTls = "https://";
  const Error wrong(ErrorKind::config,
                    "--url takes https://NAME:PORT, or http://127.0.0.1:PORT: without TLS a token goes to no other "
                    "machine");
  Endpoint endpoint;
  endpoint.tls = url.starts_with(kTls);
  if (!endpoint.tls && !url.starts_with(kPlain)) return wrong;
  std::string rest = url.substr((endpoint.tls ? kTls : kPlain).size());
  while (!rest.empty() && rest.back() == '/') rest.pop_back();
  const auto colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  endpoint.host = rest.substr(0, has_port ? colon : std::string::npos);
  endpoint.port = has_port ? rest.substr(colon + 1) : endpoint.tls ? "8443" : "8710";
  if (endpoint.host.size() > 2 && endpoint.host.front() == '[')
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  if (endpoint.host == "localhost" && !endpoint.tls) endpoint.host = "127.0.0.1";
  error_code ec;
  const auto address = asio::ip::make_address(endpoint.host, ec);
  const bool host = endpoint.tls ? !ec || is_host_name(endpoint.host) : !ec && address.is_loopback();
  const bool number = !endpoint.port.empty() && endpoint.port.size() <= 5 &&
                      endpoint.port.find_first_not_of("0123456789") == std::string::npos;
  if (!host || !number || std::stoi(endpoint.port) > 65535) return wrong;
  return endpoint;
}

std::string authority_of(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + endpoint.port;
}

Result<HttpReply> send(const Endpoint& endpoint, const HttpCall& call, const Sink& sink) {
  if (has_line_break(call.target) || has_line_break(endpoint.token))
    return Error(ErrorKind::config, "a line break cannot be sent in a path or a token");
  std::ifstream file;
  std::error_code no_file;
  std::uint64_t size = call.body.size();
  if (!call.file.empty()) {
    file.open(call.file, std::ios::binary);
    size = std::filesystem::file_size(call.file, no_file);
    if (!file || no_file) return Error(ErrorKind::config, "the file " + call.file + " cannot be read");
  }
  Wire wire;
  if (const auto opened = wire.open(endpoint); !opened) return opened.error();
  error_code sent;  // the answer can come before all is sent: a refusal
  wire.write(render(endpoint, call, size) + call.body, sent);
  if (!call.file.empty() && !sent) send_file(wire, file, sent);
  auto reply = read_reply(wire, endpoint, sink);
  if (!reply && sent) return broken(endpoint, sent);
  return reply;
}

std::string encode_component(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      ((out += '%') += kHex[byte >> 4]) += kHex[byte & 15];
  }
  return out;
}

}  // namespace crmsync::ctl
