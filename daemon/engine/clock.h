// The clocks of the engine, passed in so that a test can set them. Both are called from several threads.
#pragma once

#include <chrono>
#include <functional>

#include "core/sync/trigger.h"

namespace crmsync::engine {

struct Clock {
  std::function<domain::Millis()> wall = [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  };
  std::function<sync::Steady()> steady = [] {
    return std::chrono::duration_cast<sync::Steady>(std::chrono::steady_clock::now().time_since_epoch());
  };
};

}  // namespace crmsync::engine
