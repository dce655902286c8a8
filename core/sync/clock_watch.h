// Notices that the wall clock was set, by comparing it with the monotonic one. Pure; used by the outbox worker, whose
// waits are stored by the wall clock.
#pragma once

#include "core/sync/trigger.h"

namespace crmsync::sync {

class ClockWatch {
 public:
  // Less is drift, or a clock that is being corrected gently.
  static constexpr domain::Millis kLeastStep = 2 * domain::kSecond;

  explicit ClockWatch(const Now& now) : last_(now) {}

  // By how much the wall clock was set since the last call (negative: back); 0: it was not.
  domain::Millis stepped(const Now& now) {
    const domain::Millis step = (now.wall - last_.wall) - (now.steady - last_.steady).count();
    last_ = now;
    return step >= kLeastStep || step <= -kLeastStep ? step : 0;
  }

 private:
  Now last_;
};

}  // namespace crmsync::sync
