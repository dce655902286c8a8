// Wall-clock time in the domain and the store: UTC milliseconds since the epoch. The clock itself is always passed in.
#pragma once

#include <cstdint>

namespace crmsync::domain {

using Millis = std::int64_t;

inline constexpr Millis kSecond = 1000;
inline constexpr Millis kMinute = 60 * kSecond;
inline constexpr Millis kHour = 60 * kMinute;
inline constexpr Millis kDay = 24 * kHour;

}  // namespace crmsync::domain
