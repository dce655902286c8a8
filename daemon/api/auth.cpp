#include "daemon/api/auth.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace crmsync::api {

namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c + 32);
  return text;
}

}  // namespace

std::string_view bearer(std::string_view field) noexcept {
  constexpr std::string_view kScheme = "bearer ";
  if (field.size() < kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if ((field[i] | 0x20) != kScheme[i]) return {};
  field.remove_prefix(kScheme.size());
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  return field;
}

const config::Token* find_token(const std::vector<config::Token>& tokens, std::string_view sha256) {
  const config::Token* found = nullptr;
  for (const auto& token : tokens) {
    const std::string known = lower(token.sha256);
    if (known.size() == sha256.size() && CRYPTO_memcmp(known.data(), sha256.data(), sha256.size()) == 0) found = &token;
  }
  return found;
}

Principal principal_of(const config::Token& token, std::string from) {
  return {"token " + token.name, std::move(from), token.role, token.accounts};
}

bool Principal::may(Permission permission) const noexcept {
  switch (role) {
    case domain::Role::admin: return true;
    case domain::Role::operator_: return permission != Permission::support && permission != Permission::administer;
    case domain::Role::support: return permission != Permission::operate && permission != Permission::administer;
    case domain::Role::viewer: return permission == Permission::read || permission == Permission::none;
  }
  return false;
}

bool Principal::sees(std::string_view account) const noexcept {
  return sees_all() || std::find(accounts.begin(), accounts.end(), account) != accounts.end();
}

std::optional<Problem> refuse_permission(const Principal& principal, Permission permission) {
  if (principal.may(permission)) return std::nullopt;
  const char* remedy = "Use a token with the role support, operator or admin.";
  if (permission == Permission::operate) remedy = "Use a token with the role operator or admin.";
  if (permission == Permission::support) remedy = "Use a token with the role support or admin.";
  if (permission == Permission::administer) remedy = "Use a token with the role admin.";
  return forbidden("The role " + std::string(domain::to_string(principal.role)) + " may not do this.", remedy);
}

std::string sha256_hex(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest) (hex += kHex[byte >> 4]) += kHex[byte & 15];
  return hex;
}

}  // namespace crmsync::api
