// The brakes: how many contacts one run, and any 24 hours, may resubscribe, unsubscribe or delete before a human looks.
#pragma once

#include <cstdint>

namespace crmsync::domain {

struct Limit {
  double percent = 0;         // of the connection's records
  std::int64_t at_least = 0;  // contacts
  std::int64_t at_most = 0;   // contacts
  bool operator==(const Limit&) const = default;
};

struct Limits {
  Limit max_resubscribe{2, 25, 1000};
  Limit max_unsubscribe{10, 25, 5000};
  Limit max_delete{10, 25, 5000};
  bool operator==(const Limits&) const = default;
};

struct ChangeCounts {
  std::int64_t resubscribe = 0;
  std::int64_t unsubscribe = 0;
  std::int64_t deletions = 0;
  bool operator==(const ChangeCounts&) const = default;
};

// Contacts that the limit allows with `records` live records in the connection: the share rounded down, raised to
// `at_least`, then cut to `at_most` (which wins where the two contradict each other).
std::int64_t allowed(const Limit& limit, std::int64_t records) noexcept;

struct BrakeVerdict {
  bool hold_resubscribe = false;
  bool hold_unsubscribe = false;
  bool hold_deletions = false;
  bool any() const noexcept { return hold_resubscribe || hold_unsubscribe || hold_deletions; }
  bool operator==(const BrakeVerdict&) const = default;
};

// A kind is held as a whole when planned + already applied in the last 24 hours exceeds its limit and planned > 0.
// `applied_24h` leaves out what a person approved.
BrakeVerdict check_brakes(const Limits& limits, std::int64_t records, const ChangeCounts& planned,
                          const ChangeCounts& applied_24h) noexcept;

}  // namespace crmsync::domain
