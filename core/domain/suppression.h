// Suppressions stack: a contact is subscribed exactly when it has none. Lifting one never touches another.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/domain/millis.h"
#include "core/domain/reason.h"

namespace crmsync::domain {

struct Suppression {
  Reason reason = Reason::manual;
  std::string source;  // integration: record_source(); contact: where the person said no; manual: who; events: what
  Millis since = 0;
  std::string evidence;  // a JSON object as text, "{}" if there is none
  bool operator==(const Suppression&) const = default;
};

enum class Status : std::uint8_t { subscribed, unsubscribed, on_hold };

std::string_view to_string(Status status) noexcept;
std::optional<Status> parse_status(std::string_view name) noexcept;

// Two suppressions with one key are the same one: the reason, and for `integration` also the source (each CRM record
// has its own); every other reason exists at most once per contact.
bool same_suppression(const Suppression& a, const Suppression& b) noexcept;
bool is_suppression(const Suppression& s, Reason reason, std::string_view source) noexcept;

// The contact's status: unsubscribed if anything is active; else on_hold if held; else subscribed.
Status status_of(std::span<const Suppression> active, bool held) noexcept;

// The one reason to show, nullopt when there is none (order of the Reason enum).
std::optional<Reason> shown_reason(std::span<const Suppression> active) noexcept;

}  // namespace crmsync::domain
