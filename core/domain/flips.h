// Flip detection: a CRM record that changes its mind more than 3 times in 24 hours shows two automations fighting.
#pragma once

#include <span>

#include "core/domain/millis.h"

namespace crmsync::domain {

inline constexpr int kMaxFlips = 3;
inline constexpr Millis kFlipWindow = kDay;

// `flips`: when the record's opt-out state changed, any order. True when more than kMaxFlips lie in (now - window,
// now].
bool flips_too_often(std::span<const Millis> flips, Millis now) noexcept;

}  // namespace crmsync::domain
