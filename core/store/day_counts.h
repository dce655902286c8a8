// The counters of an account as they stood at the end of each day. Written with every counter, read by Reader::history.
// Inside core/store only.
#pragma once

#include "core/store/database.h"
#include "core/store/types.h"

namespace crmsync::store::day_counts {

// The counter has just been written at `now`: its day's entry follows.
void note(Database& db, Id account, std::string_view key, Millis now);

std::vector<DayCounts> read(Database& db, const std::string& account, std::int64_t first, std::int64_t last);

}  // namespace crmsync::store::day_counts
