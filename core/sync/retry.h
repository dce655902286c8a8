// The one place where the kind of a failure becomes a reaction. Pure; the random number is passed in. Used by the
// trigger, the run and the outbox.
#pragma once

#include <chrono>

#include "core/result.h"

namespace crmsync::sync {

struct Backoff {
  std::chrono::milliseconds base{2000};
  std::chrono::milliseconds most{std::chrono::minutes(15)};
  bool operator==(const Backoff&) const = default;
};

// Whom a failure concerns, which is whom it stops.
enum class Concern {
  nobody,      // somebody asked us to stop: unwind, count nothing
  record,      // one record or push: record it, go on with the rest
  request,     // the same request may simply be made again, after the wait
  run,         // what came is no use: fail the run, keep the cursor
  connection,  // nothing will work until a person has looked: no more runs by itself
};

struct Reaction {
  Concern concern = Concern::nobody;
  std::chrono::milliseconds wait{0};  // before the next try
  bool told = false;                  // the wait was told by the CRM: even a person's trigger waits for it
  bool stops() const noexcept { return concern == Concern::connection; }
  bool operator==(const Reaction&) const = default;
};

// No wait is longer than this, whatever a CRM says.
inline constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(24 * 366);

Concern concern_of(ErrorKind kind) noexcept;

// Full jitter: spread evenly from half of `base` (a retry never comes at once) up to base * 2^failures, at most `most`.
// `failures` in a row, 1 = the first; `random` in [0, 1).
std::chrono::milliseconds backed_off(int failures, double random, const Backoff& backoff = {});

// After the `failures`-th failure in a row. A rate limit waits exactly as told, or backs off when nothing was told.
Reaction react(const Error& error, int failures, double random, const Backoff& backoff = {});

}  // namespace crmsync::sync
