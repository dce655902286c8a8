// Whether the store thread lives: how long the job that it is at has taken. A long write is no hang, so the limit is
// far above any; a job that exceeds it will never end. Written by the store thread, read by the watchdog and by health.
#pragma once

#include <atomic>

#include "core/sync/trigger.h"

namespace crmsync::engine {

class Pulse {
 public:
  // The longest steps take seconds, on a slow disk a minute.
  static constexpr sync::Steady kHang = std::chrono::minutes(5);

  void began(sync::Steady now) noexcept { since_ = now.count(); }
  void ended() noexcept { since_ = kIdle; }
  bool alive(sync::Steady now) const noexcept {
    const auto since = since_.load();
    return since == kIdle || now.count() - since < kHang.count();
  }

 private:
  static constexpr sync::Steady::rep kIdle = -1;
  std::atomic<sync::Steady::rep> since_{kIdle};
};

}  // namespace crmsync::engine
