// The steps of a run as plain functions on the store: what the run coroutine calls on the store thread, and what tests
// call without any network. Each step ends durable; between two steps the daemon may be killed.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "connectors/connector.h"
#include "core/store/store.h"
#include "core/sync/fingerprint.h"
#include "core/sync/seen_set.h"

namespace crmsync::engine {

// What a run carries from step to step; everything else is in the store.
struct RunContext {
  config::Connection connection;
  store::Id run = 0;
  bool full = true;
  bool dry_run = false;
  bool sealed = false;  // taken up after a crash behind the plan: only applying is left
  std::string accepted;
  std::string cursor;  // JSON text of the connection's cursor at the start
  sync::FingerprintKey key{};
  sync::SeenSet seen;  // what the mirror has, by fingerprint; read when the first record comes
  bool seen_read = false;
  sync::SeenSet arrived_ids;  // external ids of the arrivals, hashed: a second row with one of them is a duplicate
  store::ArrivalBuffer arrivals;
  std::vector<store::Incoming> pending;  // delivered, not known unchanged, not yet looked up
  store::RunCounts counts;
  std::int64_t known = 0;  // live records before
  std::int64_t pages = 0;
  std::string doubt;  // of the connector
  std::string doubt_token;
  bool cursor_repeated = false;
  std::string end_cursor;
  std::vector<std::string> newly_absent;
};

// Begins a run or takes up the one that a crash left behind.
RunContext begin(store::Store& store, const config::Connection& connection, store::RunMode mode,
                 store::RunTrigger trigger, domain::Millis now, bool dry_run);
// Takes one page in without the store: what is unchanged is marked, the rest is kept. False: nothing was done, the page
// has to go through stage_page().
bool take_small_page(RunContext& context, std::vector<domain::RemoteRecord>& records);
// Takes one page in; what has changed is staged, once there is enough of it to be worth a transaction. A crash before
// plan() starts the fetch again.
void stage_page(store::Store& store, RunContext& context, std::vector<domain::RemoteRecord>& records);
// Judges completeness, finds deletions, checks the brakes, seals the plan. Returns how the run will end.
store::RunEnd plan(store::Store& store, RunContext& context, domain::Millis now);
// Applies the next staged batch; false when none is left.
bool apply_next(store::Store& store, RunContext& context, const store::RunEnd& end, domain::Millis now);
store::RunRow finish(store::Store& store, RunContext& context, const store::RunEnd& end, domain::Millis now);
store::RunRow fail(store::Store& store, RunContext& context, const Error& error, domain::Millis now);

// Applies what a person approved in a held run.
void apply_approved(store::Store& store, const config::Connection& connection, store::Id run, const store::Actor& actor,
                    domain::Millis now);

}  // namespace crmsync::engine
