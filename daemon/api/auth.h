// Who sends a request and what they may do. Used by Service before a route is called, and by the routes for accounts.
#pragma once

#include <variant>

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

  bool may(Permission permission) const noexcept;
  bool sees_all() const noexcept { return accounts.empty(); }
  bool sees(std::string_view account) const noexcept;
  store::Actor actor() const { return {who, from, "operator"}; }
};

// On the Unix socket whoever the file's mode lets in is an administrator, named by the user id that the kernel reports.
// Over TCP a bearer token decides; all of them are compared, in constant time.
std::variant<Principal, Problem> authenticate(const HttpRequest& request, const config::Api& api);

std::optional<Problem> refuse_permission(const Principal& principal, Permission permission);

// Lower-case hexadecimal SHA-256.
std::string sha256_hex(std::string_view text);

}  // namespace crmsync::api
