#include "core/sync/trigger.h"

#include <algorithm>

namespace crmsync::sync {

Trigger::Trigger(TriggerSettings settings, Steady now, std::optional<std::chrono::milliseconds> since_poll,
                 std::optional<std::chrono::milliseconds> since_full, double random)
    : settings_(settings), next_(now), next_full_(now) {
  // A negative age is a clock that was set back: nothing is known, so poll.
  if (since_poll && since_poll->count() >= 0 && *since_poll < settings_.every)
    next_ = now + (jittered(settings_.every, random) - *since_poll);
  if (since_full && since_full->count() >= 0 && *since_full < settings_.full_every)
    next_full_ = now + (settings_.full_every - *since_full);
}

std::chrono::milliseconds Trigger::jittered(std::chrono::milliseconds interval, double random) const {
  const double extra = static_cast<double>(interval.count()) * settings_.jitter * random;
  return interval + std::chrono::milliseconds(static_cast<std::int64_t>(extra));
}

void Trigger::request(Wanted wanted) {
  if (requested_)
    requested_->full = requested_->full || wanted.full;
  else
    requested_ = wanted;
}

std::optional<Wanted> Trigger::due(Steady now) const {
  if (running_ || now < told_until_) return std::nullopt;
  if (requested_) return requested_;
  if (stopped_ || now < next_) return std::nullopt;
  return Wanted{now >= next_full_, Cause::schedule};
}

void Trigger::started() {
  running_ = true;
  requested_.reset();
}

void Trigger::finished(Steady now, bool was_full, const std::optional<Error>& error, double random) {
  running_ = false;
  if (!error || error->kind == ErrorKind::cancelled) {
    if (!error) failures_ = 0, stopped_ = false;
    next_ = now + jittered(settings_.every, random);
    if (was_full && !error) next_full_ = now + settings_.full_every;
    return;
  }
  const Reaction reaction = react(*error, ++failures_, random);
  stopped_ = reaction.stop;
  next_ = now + reaction.wait;
  if (reaction.told) told_until_ = next_;
}

std::optional<Steady> Trigger::next_at() const {
  if (running_) return std::nullopt;
  if (requested_) return told_until_;
  if (stopped_) return std::nullopt;
  return std::max(next_, told_until_);
}

}  // namespace crmsync::sync
