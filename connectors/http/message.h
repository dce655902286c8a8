// HTTP requests and responses as plain values. Used by everything that speaks to a CRM over HTTP; names no library.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::http {

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  std::string method = "GET";
  std::string target;  // path and query, percent-encoded, from the client's base URL on: "/crm/objects?limit=1"
  std::vector<Header> headers;  // of this request only; the client adds Host, Accept-Encoding, User-Agent and the like
  std::string body;
  std::string content_type = "application/json";  // sent when there is a body
  bool repeatable = false;  // a POST or the like that has the same effect twice as once: a search, an opt-out

  // GET and HEAD, what is marked so, and what carries an Idempotency-Key.
  bool safe_to_repeat() const noexcept;
};

struct Response {
  int status = 0;
  std::vector<Header> headers;
  std::string body;  // decoded (gzip)

  // The first header of that name, by any case; empty if there is none.
  std::string_view header(std::string_view name) const noexcept;
};

// ASCII letters of either case are the same letter.
bool same_word(std::string_view a, std::string_view b) noexcept;

// Percent-encodes everything but RFC 3986's unreserved characters.
std::string encode_component(std::string_view text);

}  // namespace crmsync::connectors::http
