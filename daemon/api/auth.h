// Who sends a request and what they may do. Used by Access and Service before a route is called, and by the routes.
#pragma once

#include "config/config.h"
#include "core/store/types.h"
#include "daemon/api/problem.h"

namespace crmsync::api {

// What a route asks of its caller. viewer: read; support: also unsubscribe and support; operator: also unsubscribe and
// operate; admin: everything, and alone what cannot be taken back (administer).
enum class Permission { none, read, unsubscribe, operate, support, administer };

struct Principal {
  std::string who;   // "uid 1000", "token ann"
  std::string from;  // "api", "ctl"
  domain::Role role = domain::Role::viewer;
  std::vector<std::string> accounts;  // empty: all
  bool by_cookie = false;  // signed in to the console: what changes something has to prove where it comes from

  bool may(Permission permission) const noexcept;
  bool sees_all() const noexcept { return accounts.empty(); }
  bool sees(std::string_view account) const noexcept;
  store::Actor actor() const { return {who, from, "operator"}; }
};

// The token of the configuration that has this SHA-256 (lower-case hexadecimal), nullptr: none. All of them are
// compared, each in constant time.
const config::Token* find_token(const std::vector<config::Token>& tokens, std::string_view sha256);
// What comes after "Bearer " in the header field; empty: it is something else.
std::string_view bearer(std::string_view field) noexcept;

Principal principal_of(const config::Token& token, std::string from);

std::optional<Problem> refuse_permission(const Principal& principal, Permission permission);

// Lower-case hexadecimal SHA-256.
std::string sha256_hex(std::string_view text);

}  // namespace crmsync::api
