// A string that cannot be printed, compared in constant time and is wiped when it goes. Holds credentials.
#pragma once

#include <string>
#include <string_view>

namespace crmsync::config {

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

 private:
  std::string text_;
};

}  // namespace crmsync::config
