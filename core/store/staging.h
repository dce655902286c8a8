// The first half of a run inside the store: looking records up, staging a plan, and what the brakes need to know of it.
// Inside core/store only.
#pragma once

#include "core/store/store.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store {

struct RunInfo {
  Id id = 0;
  ConnectionInfo connection;
};

namespace staging {

std::vector<LookedUp> look_up(Database& db, const RunInfo& run, std::span<const Incoming> incoming);
void stage(Database& db, const RunInfo& run, std::span<const Incoming> spool, std::span<const ChangeDraft> changes);
// Inside a transaction.
void spool(Database& db, const RunInfo& run, std::span<const Incoming> records);
void follow_held(Database& db, std::span<const std::pair<Id, Incoming>> changes);
void clear(Database& db, Id run);
void absent(Database& db, const RunInfo& run, const std::function<bool(std::uint64_t)>& delivered,
            const std::function<void(const std::string&, Id, int)>& fn);
std::int64_t drop_duplicates(Database& db, const RunInfo& run, const std::function<bool(std::uint64_t)>& seen);
PlanTotals totals(Database& db, const RunInfo& run);
std::int64_t seal(Database& db, const RunInfo& run, const domain::BrakeVerdict& verdict, const RunEnd& end, Millis now);
Store::StagedBatch next_staged(Database& db, const RunInfo& run, std::size_t limit);

}  // namespace staging
}  // namespace crmsync::store
