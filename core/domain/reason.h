// The ten reasons not to mail a contact: the table of the domain rules as data. A new reason is one row in reason.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace crmsync::domain {

// In the order in which one of several is shown (the first active one is "the" reason of a contact).
enum class Reason : std::uint8_t {
  spam_complaint,
  contact,
  manual,
  hard_bounce,
  failed_validation,
  integration,
  archived,
  blocked,
  soft_bounce,
  deferral,
};

inline constexpr std::size_t kReasonCount = 10;

// What a suppression belongs to, which decides what happens to it when a CRM record changes its address.
enum class Scope : std::uint8_t {
  crm_record,  // follows the CRM record
  contact,     // stays with the address and follows the person to a new one (contact, manual); archived stays
  address,     // stays with the address
  brand,       // stays with the address, in every account of the brand
};

// Whether an operator (not support) may lift it; the account's `resubscribe: allowed` is needed on top.
enum class OperatorLift : std::uint8_t {
  never,           // support only
  non_integrated,  // in accounts without a CRM
  always,
  connection_gone,  // `integration`, once its connection is no longer in the configuration
};

// When lifting needs a confirmation of permission. Every bulk resubscription needs one, whatever this says.
enum class Confirmation : std::uint8_t { always, in_bulk };

struct ReasonTraits {
  Reason reason;
  std::string_view name;  // as in the configuration, the API and the store
  int default_strikes;    // counted failures until it becomes a suppression
  Scope scope;
  bool pushed;         // told to the CRM
  bool lifted_by_crm;  // ends when the CRM re-activates the record
  OperatorLift operator_lift;
  Confirmation confirmation;
  bool local_only;  // about delivery: never enters the outbox
};

const ReasonTraits& traits(Reason reason) noexcept;
std::span<const ReasonTraits, kReasonCount> all_reasons() noexcept;
std::string_view to_string(Reason reason) noexcept;
std::optional<Reason> parse_reason(std::string_view name) noexcept;

}  // namespace crmsync::domain
