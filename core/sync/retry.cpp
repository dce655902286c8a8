#include "core/sync/retry.h"

#include <algorithm>

namespace crmsync::sync {

namespace {

std::chrono::milliseconds jittered(int failures, double random, const Backoff& backoff) {
  auto wait = backoff.base;
  for (int i = 1; i < failures && wait < backoff.most; ++i) wait *= 2;
  wait = std::min(wait, backoff.most);
  const auto half = static_cast<double>(wait.count()) / 2;
  return std::chrono::milliseconds(static_cast<std::int64_t>(half + half * random));
}

}  // namespace

Reaction react(const Error& error, int failures, double random, const Backoff& backoff) {
  switch (error.kind) {
    case ErrorKind::unauthorized:
    case ErrorKind::config: return {true, std::chrono::milliseconds(0), false};
    case ErrorKind::rate_limited:
      if (error.retry_after) return {false, *error.retry_after, true};
      break;
    case ErrorKind::cancelled: return {};
    case ErrorKind::transient:
      if (error.retry_after) return {false, std::max(*error.retry_after, jittered(failures, random, backoff)), false};
      break;
    case ErrorKind::rejected:
    case ErrorKind::not_found:
    case ErrorKind::stale:
    case ErrorKind::protocol: break;
  }
  return {false, jittered(failures, random, backoff), false};
}

}  // namespace crmsync::sync
