// What becomes of a push after an attempt, and when it is late. Pure; used by the outbox worker.
//   pending --attempt--> sent (the CRM took it, reading the record back has to show it) --read back--> acknowledged
//   pending --failed--> pending (again later) | dead (an alarm);   sent --not read back in time--> dead
//   pending, sent --the opt-out was lifted, or a newer push replaces it--> superseded
#pragma once

#include <cstdint>
#include <optional>

#include "core/domain/millis.h"
#include "core/sync/retry.h"

namespace crmsync::sync {

enum class PushOutcome { acknowledged, accepted, failed };
enum class PushNext { pending, sent, acknowledged, dead, superseded };

struct OutboxPolicy {
  int max_attempts = 8;  // that the CRM failed to take; dead only when the deadline is over, too
  domain::Millis warn_after = 12 * domain::kHour;
  domain::Millis deadline = 48 * domain::kHour;   // from the opt-out until the CRM confirms it
  domain::Millis read_back = 24 * domain::kHour;  // at least, from being taken until it has to be seen
  Backoff backoff{std::chrono::milliseconds(2000), std::chrono::minutes(30)};
  bool operator==(const OutboxPolicy&) const = default;
};

struct PushProgress {
  PushNext state = PushNext::pending;  // before
  int attempts = 0;                    // before
  domain::Millis created_at = 0;
  domain::Millis deadline_at = 0;
  bool operator==(const PushProgress&) const = default;
};

struct PushVerdict {
  PushNext next = PushNext::pending;
  int attempts = 0;
  domain::Millis next_at = 0;     // pending: when to try again; sent: until when it has to be read back
  bool stop_connection = false;   // no more pushes to this connection until a person has looked
  bool pause_connection = false;  // the CRM said "not before next_at", and that goes for every push
  bool operator==(const PushVerdict&) const = default;
};

// `error` is looked at only when the outcome is `failed`; without one it counts as transient. What the CRM refuses for
// this record (rejected, not_found) is dead at once. What hinders every push alike (credentials, a rate limit) is not
// the push's fault: it stays pending for as long as it takes, and the deadline raises the alarm. `random` in [0, 1).
PushVerdict after_attempt(const PushProgress& push, PushOutcome outcome, const std::optional<Error>& error,
                          domain::Millis now, double random, const OutboxPolicy& policy = {});

// A push whose time to be read back is over: the CRM took it and shows nothing, so a person has to look.
PushVerdict after_waiting(const PushProgress& push, domain::Millis now);

// The record was read and is as the push wanted it. Final states stay.
PushVerdict after_read_back(const PushProgress& push, domain::Millis now);

// The opt-out was lifted, or a newer push says the same or the opposite. Final states stay.
PushVerdict after_superseding(const PushProgress& push, domain::Millis now);

// When an open push is due after the wall clock was set by `step` (negative: back): a wait keeps its length, and a push
// that waits for nothing stays due.
domain::Millis due_after_step(const PushProgress& push, domain::Millis next_at, domain::Millis step);
// After a restart nobody knows whether the clock was set meanwhile: no pending push waits longer than the longest
// pause.
domain::Millis due_after_restart(const PushProgress& push, domain::Millis next_at, domain::Millis now,
                                 const OutboxPolicy& policy = {});

enum class Lateness { on_time, warned, overdue };

// Dead pushes are as late as open ones: the CRM does not know. Settled ones are never late. A clock that was set back
// behind the creation counts as no time passed.
Lateness lateness(const PushProgress& push, domain::Millis now, const OutboxPolicy& policy = {});
domain::Millis age(const PushProgress& push, domain::Millis now);

// What the alarms and metrics of one connection say: fed with every open or dead push.
struct OutboxHealth {
  std::int64_t warned = 0;  // overdue ones not included
  std::int64_t overdue = 0;
  domain::Millis oldest_age = 0;
  void add(const PushProgress& push, domain::Millis now, const OutboxPolicy& policy = {});
  bool operator==(const OutboxHealth&) const = default;
};

}  // namespace crmsync::sync
