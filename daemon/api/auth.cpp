#include "daemon/api/auth.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace crmsync::api {

namespace {

constexpr std::size_t kLongestToken = 512;

Problem unauthenticated(std::string detail) {
  return {401, "unauthenticated", "Who are you?", std::move(detail),
          "Send `Authorization: Bearer TOKEN`; the token's SHA-256 stands in the configuration under `api: tokens`. On "
          "the Unix socket no token is needed."};
}

std::string_view bearer(std::string_view field) noexcept {
  constexpr std::string_view kScheme = "bearer ";
  if (field.size() < kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if ((field[i] | 0x20) != kScheme[i]) return {};
  field.remove_prefix(kScheme.size());
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  return field;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c + 32);
  return text;
}

const config::Token* find_token(const std::vector<config::Token>& tokens, std::string_view text) {
  const std::string hash = sha256_hex(text);
  const config::Token* found = nullptr;
  for (const auto& token : tokens) {
    const std::string known = lower(token.sha256);
    if (known.size() == hash.size() && CRYPTO_memcmp(known.data(), hash.data(), hash.size()) == 0) found = &token;
  }
  return found;
}

}  // namespace

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

std::variant<Principal, Problem> authenticate(const HttpRequest& request, const config::Api& api) {
  const std::string from = request.field("user-agent").starts_with("crmsyncctl") ? "ctl" : "api";
  if (request.peer.unix_socket)
    return Principal{"uid " + std::to_string(request.peer.uid), from, domain::Role::admin, {}};
  const auto text = bearer(request.field("authorization"));
  if (text.empty()) return unauthenticated("Over TCP a token is needed.");
  const config::Token* token = text.size() > kLongestToken ? nullptr : find_token(api.tokens, text);
  if (token == nullptr) return unauthenticated("This token is not known.");
  return Principal{"token " + token->name, from, token->role, token->accounts};
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
