#include "core/domain/flips.h"

#include <algorithm>

namespace crmsync::domain {

bool flips_too_often(std::span<const Millis> flips, Millis now) noexcept {
  const auto recent =
      std::count_if(flips.begin(), flips.end(), [now](Millis at) { return at > now - kFlipWindow && at <= now; });
  return recent > kMaxFlips;
}

}  // namespace crmsync::domain
