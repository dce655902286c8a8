// Reads JSON and says what comes, without building a tree: for pages of thousands of records, where only a few fields
// count. Strict: RFC 8259, checked UTF-8, one value and nothing behind it. Pure; used by connectors' codecs.
#pragma once

#include <cstddef>
#include <string_view>

namespace crmsync::connectors::http {

// Arrays and objects within each other; deeper is refused, by whoever is sent it.
inline constexpr std::size_t kDeepestJson = 64;

// What comes, in the order of the text. False stops the reading. A view lives until the function returns, that of a key
// until the next key.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual bool null() = 0;
  virtual bool boolean(bool value) = 0;
  virtual bool number(std::string_view text) = 0;  // as it stands there
  virtual bool string(std::string_view value) = 0;
  virtual bool key(std::string_view name) = 0;
  virtual bool start_object() = 0;
  virtual bool end_object() = 0;
  virtual bool start_array() = 0;
  virtual bool end_array() = 0;
};

// False: it is no JSON, goes too deep, or was stopped.
bool read_json(std::string_view text, JsonEvents& events);

}  // namespace crmsync::connectors::http
