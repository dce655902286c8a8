#include "config/secret.h"

#include <cstring>
#include <utility>

namespace crmsync::config {

Secret::Secret(std::string text) : text_(std::move(text)) {}

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
  explicit_bzero(other.text_.data(), other.text_.size());
}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(text_, other.text_);
  return *this;
}

Secret::~Secret() { explicit_bzero(text_.data(), text_.size()); }

bool Secret::equals(std::string_view other) const noexcept {
  unsigned char difference = text_.size() == other.size() ? 0 : 1;
  for (std::size_t i = 0; i < other.size(); ++i)
    difference |= static_cast<unsigned char>(other[i] ^ (text_.empty() ? 0 : text_[i % text_.size()]));
  return difference == 0;
}

}  // namespace crmsync::config
