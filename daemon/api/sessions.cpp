#include "daemon/api/sessions.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "daemon/api/auth.h"

namespace crmsync::api {

namespace {

std::string random_id() {
  std::array<char, 32> bytes{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system gives no random bytes");
  return sha256_hex({bytes.data(), bytes.size()});
}

}  // namespace

std::string Sessions::begin(std::string token_sha256, domain::Millis now) {
  while (!sessions_.empty() && (sessions_.size() >= kMost || sessions_.front().session.expires_at <= now))
    erase(sessions_.begin());
  std::string id = random_id();
  sessions_.push_back({sha256_hex(id), {std::move(token_sha256), now + kLasts}});
  by_key_[sessions_.back().key] = std::prev(sessions_.end());
  return id;
}

std::optional<Sessions::Session> Sessions::find(std::string_view id, domain::Millis now) {
  const auto known = by_key_.find(sha256_hex(id));
  if (known == by_key_.end()) return std::nullopt;
  if (known->second->session.expires_at > now) return known->second->session;
  erase(known->second);
  return std::nullopt;
}

void Sessions::end(std::string_view id) {
  if (const auto known = by_key_.find(sha256_hex(id)); known != by_key_.end()) erase(known->second);
}

void Sessions::erase(All::iterator one) {
  by_key_.erase(one->key);
  sessions_.erase(one);
}

}  // namespace crmsync::api
