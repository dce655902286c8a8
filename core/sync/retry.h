// The one place where the kind of a failure becomes a reaction. Pure; the random number is passed in.
#pragma once

#include <chrono>

#include "core/result.h"

namespace crmsync::sync {

struct Backoff {
  std::chrono::milliseconds base{2000};
  std::chrono::milliseconds most{std::chrono::minutes(15)};
};

struct Reaction {
  bool stop = false;                  // no more by itself: a person has to look
  std::chrono::milliseconds wait{0};  // before the next try
  bool told = false;                  // the wait was told by the CRM: even a trigger waits for it
  bool operator==(const Reaction&) const = default;
};

// After the `failures`-th failure in a row (1 = the first). `random` in [0, 1). Backoff doubles from base to most with
// jitter over its upper half, so that retries spread but never come at once.
Reaction react(const Error& error, int failures, double random, const Backoff& backoff = {});

}  // namespace crmsync::sync
