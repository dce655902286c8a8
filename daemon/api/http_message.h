// A request as the HTTP server hands it over and the answer it takes back: plain values, no Beast. Used by everything
// in daemon/api.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::api {

namespace asio = boost::asio;

class Upload;

// Who is at the other end, and how. `uid` is known on the Unix socket only, `address` (in digits, without the port)
// over TCP only.
struct Peer {
  bool unix_socket = false;
  bool tls = false;
  std::uint32_t uid = 0;
  std::string address;
};

struct HttpRequest {
  std::string method;                                       // upper case as sent
  std::string target;                                       // as sent
  std::vector<std::string> path;                            // decoded segments; "/" has none
  std::vector<std::pair<std::string, std::string>> query;   // decoded, in order
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;
  std::shared_ptr<Upload> upload;  // instead of body, where the route takes files
  Peer peer;

  // The header field's value, empty if it is not there. `name` in lower case.
  std::string_view field(std::string_view name) const noexcept;
};

// Produces the next piece of a streamed body; nullopt is the end. An exception cuts the connection, so that the client
// sees that something is missing.
using BodySource = std::function<asio::awaitable<std::optional<std::string>>()>;

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  BodySource stream;  // instead of body

  HttpResponse() = default;
  HttpResponse(unsigned s, std::string type, std::string text)
      : status(s), content_type(std::move(type)), body(std::move(text)) {}
};

// What is decided about a request when its header is there and its body is not.
struct Admission {
  std::size_t body_limit = 0;
  std::shared_ptr<Upload> upload;       // takes the body
  std::optional<HttpResponse> refusal;  // sent instead of reading on
};

// Splits and decodes an origin-form target ("/a/b?c=d"). False when it is not one: bad escapes, no leading slash, NUL.
// In the query "+" is a space, in the path it is itself.
bool parse_target(std::string_view target, HttpRequest& request);

}  // namespace crmsync::api
