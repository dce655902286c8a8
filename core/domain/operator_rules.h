// What an operator, support or the contact may lift, and what every refusal says: which condition is missing and what
// to do instead. Pure; used by the API, crmsyncctl and explain.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/domain/suppression.h"

namespace crmsync::domain {

enum class Role : std::uint8_t { viewer, operator_, support, admin };

std::string_view to_string(Role role) noexcept;
std::optional<Role> parse_role(std::string_view name) noexcept;

enum class Actor : std::uint8_t { operator_, support, contact };

struct LiftRequest {
  Actor actor = Actor::operator_;
  bool resubscribe_allowed = false;   // the account's setting (operators only)
  bool integrated = false;            // the account has at least one connection
  bool connection_configured = true;  // integration: its connection is still in the configuration
  bool permission_confirmed = false;
  bool bulk = false;
  bool has_ticket = false;  // support
};

// Why not, and what to do instead; both are sentences for people without addresses or secrets.
struct Refusal {
  std::string code;  // e.g. "resubscribe_forbidden", "crm_owns_it", "contact_owns_it", "support_only",
                     // "confirmation_missing", "ticket_missing"
  std::string detail;
  std::string remedy;
  bool operator==(const Refusal&) const = default;
};

// nullopt: may be lifted.
// Operators: need resubscribe_allowed and what the reason table lets them lift, with the confirmation it asks for.
// Support: may lift every reason but `integration` of a configured connection, with a ticket and, where the table asks
// for it, the confirmation. The contact: only `contact`, always.
std::optional<Refusal> refuse_lift(const Suppression& suppression, const LiftRequest& request);

// Who can lift it and how, one sentence, e.g. "Re-activate the contact in harbour-hubspot (record 5101); the next sync
// lifts it." `source` of integration names the record. `resubscribe_allowed` is the account's setting: where it
// forbids, no operator is named as somebody who can.
std::string how_to_lift(const Suppression& suppression, bool integrated, bool connection_configured,
                        bool resubscribe_allowed = true);

}  // namespace crmsync::domain
