// When the next run of one connection is due: schedule, triggers, backoff, and never two at once. A plain state
// machine; the engine's scheduler asks it and tells it. Waits are counted on a monotonic clock, so a wall clock that
// jumps neither stops nor storms it; the wall clock is read once, to take up the schedule after a restart.
#pragma once

#include <chrono>
#include <optional>

#include "core/domain/millis.h"
#include "core/sync/retry.h"

namespace crmsync::sync {

using Steady = std::chrono::milliseconds;  // since any fixed point, never set back

enum class Cause { schedule, signal, api, once };

struct Wanted {
  bool full = false;
  Cause cause = Cause::schedule;
  bool operator==(const Wanted&) const = default;
};

struct TriggerSettings {
  std::chrono::milliseconds every{std::chrono::minutes(5)};
  std::chrono::milliseconds full_every{std::chrono::hours(24)};
  double jitter = 0.1;  // share of `every` by which a scheduled run may come later
  Backoff backoff;
  bool operator==(const TriggerSettings&) const = default;
};

struct Now {
  Steady steady{0};
  domain::Millis wall = 0;
};

// What the store remembers, by the wall clock. A time in the future comes from a clock that was set back since: it says
// nothing, as if it were absent.
struct LastRuns {
  std::optional<domain::Millis> poll_at;  // any completed run
  std::optional<domain::Millis> full_at;  // a complete full one
};

class Trigger {
 public:
  // Without a usable `last` the first run is due at once, and full. `random` in [0, 1).
  Trigger(const TriggerSettings& settings, const Now& now, const LastRuns& last, double random);

  // A person or a signal wants a run: at once if none is running, in spite of backoff and stop; otherwise exactly one
  // more after it, however many ask. Full wins. Only a wait that the CRM has told is kept.
  void request(Wanted wanted);
  // What to start now; nullopt: nothing. A run that is asked for is also full when the schedule wants a full one.
  std::optional<Wanted> due(Steady now) const;
  // The caller starts what due() said. Not while running().
  void started(Wanted run);
  // `error` nullopt: it went well. `completed_full`: it was a full sync to its end. `random` in [0, 1).
  void finished(Steady now, bool completed_full, const std::optional<Error>& error, double random);
  // The configuration was loaded again: what failed or was stopped is tried again at once.
  void reloaded(const TriggerSettings& settings, Steady now, double random);

  // When due() may answer differently; nullopt: only after a call of request, finished or reloaded.
  std::optional<Steady> next_at() const;
  bool running() const noexcept { return running_.has_value(); }
  bool stopped() const noexcept { return stopped_; }
  bool backing_off() const noexcept { return failures_ > 0 && !stopped_; }
  int failures() const noexcept { return failures_; }  // in a row

  bool operator==(const Trigger&) const = default;

 private:
  std::chrono::milliseconds pause(double random) const;

  TriggerSettings settings_;
  Steady next_;                      // the next scheduled run
  Steady next_full_;                 // from when on a run is full
  Steady told_until_{0};             // the CRM said "not before"
  std::optional<Wanted> requested_;  // waits to be started
  std::optional<Wanted> running_;
  bool stopped_ = false;
  int failures_ = 0;
};

}  // namespace crmsync::sync
