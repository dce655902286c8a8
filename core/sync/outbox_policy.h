// What becomes of a push after an attempt. Pure; used by the outbox worker.
#pragma once

#include <cstdint>

#include "core/domain/millis.h"
#include "core/sync/retry.h"

namespace crmsync::sync {

enum class PushOutcome { acknowledged, accepted, failed };
enum class PushNext { pending, sent, acknowledged, dead };

struct PushAttempt {
  int attempts = 0;  // before this one
  domain::Millis deadline_at = 0;
};

struct PushVerdict {
  PushNext next = PushNext::pending;
  int attempts = 0;
  domain::Millis next_at = 0;  // pending: when to try again; sent: when to give up waiting for the read-back
  bool stop_connection = false;
  bool operator==(const PushVerdict&) const = default;
};

// `error` is looked at only when the outcome is `failed`. What concerns this one record (rejected, not found, stale) is
// dead at once; everything else is tried until the deadline and at least kMinAttempts times.
inline constexpr int kMinAttempts = 8;
PushVerdict after_attempt(const PushAttempt& push, PushOutcome outcome, const Error* error, domain::Millis now,
                          double random);

// A push that was sent and never read back until its deadline: the CRM has not confirmed it, so it is an alarm.
PushVerdict after_waiting(const PushAttempt& push);

}  // namespace crmsync::sync
