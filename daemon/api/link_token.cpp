#include "daemon/api/link_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "daemon/api/codec_contact.h"

namespace crmsync::api {

namespace {

constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kLongest = 100;
constexpr std::string_view kHex = "0123456789abcdef";

std::string mac_of(const store::LinkKey& key, store::Id contact) {
  const std::string text = "crmsyncd link 1\n" + std::to_string(key.id) + "\n" + std::to_string(contact);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.key.data(), static_cast<int>(key.key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  std::string mac;
  for (std::size_t i = 0; i < kMacBytes; ++i) (mac += kHex[digest[i] >> 4]) += kHex[digest[i] & 15];
  return mac;
}

// The first character, whole.
std::string_view first_of(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return text.substr(0, end);
}

}  // namespace

std::string make_link_token(const store::LinkKey& key, store::Id contact) {
  return std::to_string(key.id) + "-" + std::to_string(contact) + "-" + mac_of(key, contact);
}

std::optional<store::Id> read_link_token(std::span<const store::LinkKey> keys, std::string_view token) {
  const auto first = token.find('-');
  const auto second = token.find('-', first == std::string_view::npos ? first : first + 1);
  if (token.size() > kLongest || second == std::string_view::npos) return std::nullopt;
  const auto key = parse_id(token.substr(0, first));
  const auto contact = parse_id(token.substr(first + 1, second - first - 1));
  const auto given = token.substr(second + 1);
  if (!key || !contact || given.size() != 2 * kMacBytes) return std::nullopt;
  for (const auto& one : keys)
    if (one.id == *key && CRYPTO_memcmp(mac_of(one, *contact).data(), given.data(), given.size()) == 0) return contact;
  return std::nullopt;
}

std::string masked_address(std::string_view address) {
  constexpr std::string_view kMask = "•••";
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::string(kMask);
  const auto domain = address.substr(at + 1);
  const auto dot = domain.rfind('.');
  std::string masked = std::string(first_of(address)).append(kMask).append("@").append(first_of(domain)).append(kMask);
  if (dot != std::string_view::npos) masked.append(domain.substr(dot));
  return masked;
}

}  // namespace crmsync::api
