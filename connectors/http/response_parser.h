// Reads one HTTP/1.1 response from bytes, however they are cut: header, body (by length, chunks or to the end), gzip,
// and the limits. Pure. Used by Client, and by it for a proxy's answer to CONNECT.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connectors/http/message.h"
#include "core/result.h"

namespace crmsync::connectors::http {

struct Limits {
  std::size_t header = 64 << 10;
  std::size_t body = 32 << 20;
};

class ResponseParser {
 public:
  // `no_body`: the answer to HEAD or CONNECT, which has none whatever its header says.
  ResponseParser(Limits limits, bool no_body);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;

  // Takes the next bytes; interim answers (1xx) are skipped. Errors are `protocol`: not HTTP, or over a limit; nothing
  // may be fed after one.
  Result<void> feed(std::string_view bytes);
  // The peer has sent everything. `transient` if the response is not complete: it was cut.
  Result<void> end();

  bool done() const noexcept;
  // The header is there and the body ends where the connection does.
  bool ends_with_connection() const noexcept;
  // After done: bytes came that do not belong to the response.
  bool has_more() const noexcept { return !unread_.empty(); }
  // After done: the connection can carry another request.
  bool reusable() const noexcept;
  Response take();

 private:
  class Reader;  // the only thing here that knows Beast
  std::size_t step(std::string_view bytes, boost::system::error_code& ec);
  Error problem(const boost::system::error_code& ec) const;

  Limits limits_;
  bool no_body_;
  std::unique_ptr<Reader> reader_;
  std::string unread_;
  std::size_t header_bytes_ = 0;  // consumed so far, of interim answers, too
};

}  // namespace crmsync::connectors::http
