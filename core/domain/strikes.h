// Strikes: delivery failures counted per address until they become a suppression. Pure; the events are passed in.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "core/domain/millis.h"
#include "core/domain/reason.h"

namespace crmsync::domain {

enum class EventType : std::uint8_t {
  delivered,
  hard_bounce,
  soft_bounce,
  blocked,
  deferral,
  out_of_office,  // counts as deferral
  spam_complaint,
  unsubscribe,  // reason `contact`
  failed_validation,
};

std::string_view to_string(EventType type) noexcept;
std::optional<EventType> parse_event_type(std::string_view name) noexcept;

// The reason that an event counts towards; nullopt for `delivered`.
std::optional<Reason> reason_of(EventType type) noexcept;

struct StrikeRules {
  std::array<int, kReasonCount> needed;  // by Reason; 1 = at once. Only soft_bounce, blocked, deferral are configurable
  Millis window = 90 * kDay;
  Millis deferral_ends_after = 14 * kDay;
  StrikeRules();  // the defaults of the reason table
  int needed_for(Reason reason) const noexcept { return needed[static_cast<std::size_t>(reason)]; }
  bool operator==(const StrikeRules&) const = default;
};

struct DeliveryEvent {
  EventType type = EventType::delivered;
  Millis at = 0;
  bool operator==(const DeliveryEvent&) const = default;
};

// The moment at which `reason` became a suppression given all events of one address, in any order; nullopt: not (yet).
// Strikes count at most once a UTC day; a `delivered` resets soft_bounce, blocked and deferral; a strike older than the
// window (counted back from the newest of the group) does not count. Events at or before `not_before` (when this reason
// was lifted or expired last; 0: never) do not count.
std::optional<Millis> suppressed_since(Reason reason, std::span<const DeliveryEvent> events, const StrikeRules& rules,
                                       Millis not_before = 0);

// When a suppression ends by itself: deferral after rules.deferral_ends_after, everything else never.
std::optional<Millis> ends_at(Reason reason, Millis since, const StrikeRules& rules) noexcept;

}  // namespace crmsync::domain
