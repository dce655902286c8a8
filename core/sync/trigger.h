// When the next run of one connection is due: schedule, triggers, backoff, and never two at once. A plain state
// machine; the engine asks it and tells it. Durations are monotonic, so a wall clock that jumps neither stops nor
// storms it.
#pragma once

#include <chrono>
#include <optional>

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
  double jitter = 0.1;  // share of the interval that a scheduled run may come later
};

class Trigger {
 public:
  // `since_poll`, `since_full`: how long ago by the wall clock the last ones were; nullopt or negative: run at once.
  Trigger(TriggerSettings settings, Steady now, std::optional<std::chrono::milliseconds> since_poll,
          std::optional<std::chrono::milliseconds> since_full, double random);

  // A person or a signal wants a run. While one is running this makes exactly one more after it; full wins.
  void request(Wanted wanted);
  // What to start now; nullopt: nothing. The caller starts it and calls started().
  std::optional<Wanted> due(Steady now) const;
  void started();
  // `error` nullopt: it went well. `random` in [0, 1).
  void finished(Steady now, bool was_full, const std::optional<Error>& error, double random);

  // When due() may answer differently; nullopt: only after a request.
  std::optional<Steady> next_at() const;
  bool running() const noexcept { return running_; }
  bool stopped() const noexcept { return stopped_; }
  int failures() const noexcept { return failures_; }
  bool backing_off() const noexcept { return failures_ > 0; }

 private:
  std::chrono::milliseconds jittered(std::chrono::milliseconds interval, double random) const;

  TriggerSettings settings_;
  Steady next_;
  Steady next_full_;
  std::optional<Wanted> requested_;
  Steady told_until_{0};  // the CRM said "not before"
  bool running_ = false;
  bool stopped_ = false;
  int failures_ = 0;
};

}  // namespace crmsync::sync
