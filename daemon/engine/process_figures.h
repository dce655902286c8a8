// What the kernel says of this process, for the metrics.
#pragma once

#include <cstdint>

namespace crmsync::engine {

struct ProcessFigures {
  std::int64_t resident_bytes = 0;
  double cpu_seconds = 0;
  std::int64_t open_fds = 0;
  std::int64_t most_fds = 0;
};

ProcessFigures process_figures();

}  // namespace crmsync::engine
