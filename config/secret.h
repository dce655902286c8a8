// A string that cannot be printed, compared in constant time and is wiped when it goes. Holds credentials.
#pragma once

#include <string>
#include <string_view>

namespace crmsync::config {

// Overwrites the whole buffer, the unused part and what a move left behind included, and makes it empty.
void wipe(std::string& text) noexcept;

class Secret {
 public:
  explicit Secret(std::string text);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // The text itself: named so that every use can be found. Never pass it to a log or an error.
  const std::string& reveal() const noexcept { return text_; }
  // Takes the same time wherever the first difference is.
  bool equals(std::string_view other) const noexcept;

  // No stream, whatever its kind, and so no formatter that goes through one.
  template <class Stream>
  friend Stream& operator<<(Stream& stream, const Secret& secret) = delete;

 private:
  std::string text_;
};

}  // namespace crmsync::config
