#include "core/domain/reason.h"

namespace crmsync::domain {

namespace {

using enum Reason;
using enum Confirmation;

// The table of the domain rules, a row per reason, in the order in which one of several is shown.
constexpr std::array<ReasonTraits, kReasonCount> kTable{{
    // reason, name, strikes, scope, pushed, lifted by the CRM, operator, confirmation, local only
    {spam_complaint, "spam_complaint", 1, Scope::brand, true, false, OperatorLift::never, always, false},
    {contact, "contact", 1, Scope::contact, true, false, OperatorLift::non_integrated, always, false},
    {manual, "manual", 1, Scope::contact, true, false, OperatorLift::always, in_bulk, false},
    {hard_bounce, "hard_bounce", 1, Scope::address, false, false, OperatorLift::never, always, true},
    {failed_validation, "failed_validation", 1, Scope::address, false, false, OperatorLift::never, always, true},
    {integration, "integration", 1, Scope::crm_record, false, true, OperatorLift::connection_gone, always, false},
    {archived, "archived", 1, Scope::contact, false, false, OperatorLift::always, in_bulk, false},
    {blocked, "blocked", 3, Scope::address, false, false, OperatorLift::never, always, true},
    {soft_bounce, "soft_bounce", 3, Scope::address, false, false, OperatorLift::never, always, true},
    {deferral, "deferral", 3, Scope::address, false, false, OperatorLift::never, always, true},
}};

}  // namespace

const ReasonTraits& traits(Reason reason) noexcept { return kTable[static_cast<std::size_t>(reason)]; }

std::span<const ReasonTraits, kReasonCount> all_reasons() noexcept { return kTable; }

std::string_view to_string(Reason reason) noexcept { return traits(reason).name; }

std::optional<Reason> parse_reason(std::string_view name) noexcept {
  for (const auto& row : kTable)
    if (row.name == name) return row.reason;
  return std::nullopt;
}

}  // namespace crmsync::domain
