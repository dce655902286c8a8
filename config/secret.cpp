#include "config/secret.h"

#include <openssl/crypto.h>

#include <utility>

namespace crmsync::config {

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

// A short string lives inside the object, so moving it copies: what stays behind is wiped.
Secret::Secret(std::string text) : text_(std::move(text)) { wipe(text); }

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(text_);
  text_ = std::move(other.text_);
  wipe(other.text_);
  return *this;
}

Secret::~Secret() { wipe(text_); }

bool Secret::equals(std::string_view other) const noexcept {
  return text_.size() == other.size() && CRYPTO_memcmp(text_.data(), other.data(), other.size()) == 0;
}

}  // namespace crmsync::config
