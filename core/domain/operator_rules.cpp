#include "core/domain/operator_rules.h"

#include <array>

namespace crmsync::domain {

namespace {

constexpr std::array<std::string_view, 4> kRoles{"viewer", "operator", "support", "admin"};

// "harbour-hubspot:5101" -> "harbour-hubspot (record 5101)"
std::string record_in_words(std::string_view source) {
  const auto colon = source.find(':');
  if (colon == std::string_view::npos) return "the CRM";
  return std::string(source.substr(0, colon)) + " (record " + std::string(source.substr(colon + 1)) + ")";
}

std::optional<Refusal> refuse_contact(const Suppression& s) {
  if (s.reason == Reason::contact) return std::nullopt;
  return Refusal{"not_yours", "Only your own unsubscribe can be undone here.",
                 "Ask the sender to look into the other reasons."};
}

std::optional<Refusal> refuse_support(const Suppression& s, const LiftRequest& r) {
  if (s.reason == Reason::integration && r.connection_configured)
    return Refusal{"crm_owns_it", "The CRM unsubscribed this contact.", how_to_lift(s, r.integrated, true)};
  if (!r.has_ticket)
    return Refusal{"ticket_missing", "Support lifts need a ticket reference.", "Repeat the request with the ticket."};
  return std::nullopt;
}

std::optional<Refusal> refuse_operator(const Suppression& s, const LiftRequest& r) {
  const std::string remedy = how_to_lift(s, r.integrated, r.connection_configured);
  switch (traits(s.reason).operator_lift) {
    case OperatorLift::never:
      return Refusal{"support_only", "Operators may not lift " + std::string(to_string(s.reason)) + ".", remedy};
    case OperatorLift::connection_gone:
      if (r.connection_configured) return Refusal{"crm_owns_it", "The CRM unsubscribed this contact.", remedy};
      break;
    case OperatorLift::non_integrated:
      if (r.integrated)
        return Refusal{"contact_owns_it", "The person said no, and a CRM manages this account.", remedy};
      break;
    case OperatorLift::always: break;
  }
  if (!r.resubscribe_allowed)
    return Refusal{"resubscribe_forbidden", "This account does not allow its operators to resubscribe anybody.",
                   "An administrator can set `resubscribe: allowed` for the account in the configuration."};
  return std::nullopt;
}

bool an_operator_could(Reason reason, bool integrated, bool connection_configured) {
  switch (traits(reason).operator_lift) {
    case OperatorLift::never: return false;
    case OperatorLift::connection_gone: return !connection_configured;
    case OperatorLift::non_integrated: return !integrated;
    case OperatorLift::always: break;
  }
  return true;
}

std::string who_else_can(Reason reason) {
  switch (reason) {
    case Reason::integration: return "Its connection is no longer configured. ";
    case Reason::contact: return "The person can on their preference page. ";
    case Reason::archived: return "An import that lists the contact again lifts it. ";
    default: return "";
  }
}

}  // namespace

std::string_view to_string(Role role) noexcept { return kRoles[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kRoles.size(); ++i)
    if (kRoles[i] == name) return static_cast<Role>(i);
  return std::nullopt;
}

std::optional<Refusal> refuse_lift(const Suppression& s, const LiftRequest& r) {
  if (r.actor == Actor::contact) return refuse_contact(s);
  if (auto refusal = r.actor == Actor::support ? refuse_support(s, r) : refuse_operator(s, r)) return refusal;
  const bool asked = r.bulk || traits(s.reason).confirmation == Confirmation::always;
  if (asked && !r.permission_confirmed)
    return Refusal{
        "confirmation_missing", "Resubscribing needs a confirmation that the person gave permission.",
        "Repeat it with the confirmation {\"permission\": true, \"statement\": \"how the person gave it\"}, or "
        "`--confirm-permission STATEMENT`."};
  return std::nullopt;
}

std::string how_to_lift(const Suppression& s, bool integrated, bool connection_configured, bool resubscribe_allowed) {
  if (!resubscribe_allowed && an_operator_could(s.reason, integrated, connection_configured))
    return who_else_can(s.reason) +
           "Operators may not: this account forbids them to resubscribe anybody. Support can with a ticket, or an "
           "administrator sets `resubscribe: allowed` first.";
  switch (s.reason) {
    case Reason::integration:
      if (connection_configured)
        return "Re-activate the contact in " + record_in_words(s.source) + "; the next sync lifts it.";
      return "Its connection is no longer configured: an operator may lift it with confirmed permission.";
    case Reason::contact:
      if (integrated)
        return "Only the person can: on their preference page. Support can with a ticket and confirmed permission.";
      return "The person can on their preference page, or an operator with confirmed permission.";
    case Reason::manual: return "An operator may lift it.";
    case Reason::archived: return "An operator may lift it, or an import that lists the contact again.";
    case Reason::deferral:
      return "It ends by itself after 14 days unless configured otherwise; before that only support may lift it, with "
             "a ticket and confirmed permission.";
    default: return "Only support may lift it, with a ticket and confirmed permission.";
  }
}

}  // namespace crmsync::domain
