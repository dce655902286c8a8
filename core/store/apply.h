// The second half of a run inside the store: carrying decisions out. Inside core/store only.
#pragma once

#include "core/store/staging.h"

namespace crmsync::store::applying {

RunCounts apply(Database& db, const RunInfo& run, Id spool, std::span<const ApplyItem> items, const Actor& actor,
                Millis now);
// Adds what a batch did to the run's row and to the connection's live records; `automatic` counts towards the limits of
// the next 24 hours. Inside a transaction.
void count_applied(Database& db, const RunInfo& run, const RunCounts& delta, std::int64_t records,
                   const RunCounts& automatic);
void finish(Database& db, const RunInfo& run, const RunEnd& end, Millis now);
void mark_absent(Database& db, const RunInfo& run, std::span<const std::string> external_ids);

// Held runs.
std::int64_t approve(Database& db, Id run);
void close_changes(Database& db, const RunInfo& run, std::span<const Id> changes, ChangeState state,
                   const std::string& note, const Actor& actor, Millis now);
void reject(Database& db, const RunInfo& run, const Actor& actor, Millis now);
// The run leaves `held` when nothing of it is held any more.
void settle_if_done(Database& db, Id run, RunState state, Millis now);

}  // namespace crmsync::store::applying
