#include "core/domain/brake.h"

#include <algorithm>

namespace crmsync::domain {

std::int64_t allowed(const Limit& limit, std::int64_t records) noexcept {
  // A hair more, so that 0.57% of 10,000 is 57 in binary fractions too.
  const auto share = static_cast<std::int64_t>(static_cast<double>(records) * limit.percent / 100.0 + 1e-6);
  return std::min(std::max(share, limit.at_least), limit.at_most);
}

BrakeVerdict check_brakes(const Limits& limits, std::int64_t records, const ChangeCounts& planned,
                          const ChangeCounts& applied_24h) noexcept {
  const auto over = [&](const Limit& limit, std::int64_t now, std::int64_t before) {
    return now > 0 && now + before > allowed(limit, records);
  };
  return {over(limits.max_resubscribe, planned.resubscribe, applied_24h.resubscribe),
          over(limits.max_unsubscribe, planned.unsubscribe, applied_24h.unsubscribe),
          over(limits.max_delete, planned.deletions, applied_24h.deletions)};
}

}  // namespace crmsync::domain
