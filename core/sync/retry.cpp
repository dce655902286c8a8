#include "core/sync/retry.h"

#include <algorithm>

namespace crmsync::sync {

using std::chrono::milliseconds;

Concern concern_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::unauthorized:
    case ErrorKind::config: return Concern::connection;
    case ErrorKind::rate_limited:
    case ErrorKind::transient: return Concern::request;
    case ErrorKind::rejected:
    case ErrorKind::not_found:
    case ErrorKind::stale: return Concern::record;
    case ErrorKind::protocol: return Concern::run;
    case ErrorKind::cancelled: return Concern::nobody;
  }
  return Concern::run;
}

milliseconds backed_off(int failures, double random, const Backoff& backoff) {
  const auto most = std::clamp(backoff.most, milliseconds(1), kLongestWait);
  auto ceiling = std::clamp(backoff.base, milliseconds(1), most);
  const auto floor = ceiling / 2;
  for (int i = 0; i < failures && ceiling < most; ++i) ceiling = std::min(ceiling * 2, most);
  const auto spread = static_cast<double>((ceiling - floor).count());
  return floor + milliseconds(static_cast<milliseconds::rep>(spread * std::clamp(random, 0.0, 1.0)));
}

Reaction react(const Error& error, int failures, double random, const Backoff& backoff) {
  const Concern concern = concern_of(error.kind);
  if (concern == Concern::nobody || concern == Concern::connection) return {concern, milliseconds(0), false};
  const auto wait = backed_off(failures, random, backoff);
  if (concern != Concern::request || !error.retry_after) return {concern, wait, false};
  const auto told = std::clamp(*error.retry_after, milliseconds(0), kLongestWait);
  if (error.kind == ErrorKind::rate_limited) return {concern, told, true};
  return {concern, std::max(told, wait), false};
}

}  // namespace crmsync::sync
