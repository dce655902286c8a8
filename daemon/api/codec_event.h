// Delivery events as senders send them, and what became of each. Pure. Used by the route `events` and tests.
#pragma once

#include <variant>

#include "core/store/types.h"
#include "daemon/api/fields.h"

namespace crmsync::api {

// One event `{id?, account?, type, email, at?, source?, evidence?}`; `account` is used where it names none, `now` where
// it has no time. Whether the account exists is the caller's to check.
std::variant<store::EventIn, Problem> parse_event(const Input& json, const std::string& account, domain::Millis now);

}  // namespace crmsync::api
