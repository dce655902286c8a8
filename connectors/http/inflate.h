// Unpacks a gzip body piece by piece, up to a limit. Used by ResponseParser.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace crmsync::connectors::http {

class Inflate {
 public:
  enum class State { ok, too_large, broken };

  Inflate();
  ~Inflate();
  // Appends what `packed` unpacks to; `out` never grows beyond `most` bytes.
  State feed(std::string_view packed, std::string& out, std::size_t most);
  // The body is over: was it whole?
  bool complete() const noexcept;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace crmsync::connectors::http
