#include "core/sync/trigger.h"

#include <algorithm>

namespace crmsync::sync {

using std::chrono::milliseconds;

namespace {

constexpr int kDoubtedFull = 4;  // after how large a part of the interval a full sync in doubt is repeated

// Of two wishes one run is made. The cause is that of the wish which needs the more.
Wanted merged(const std::optional<Wanted>& first, const Wanted& second) {
  if (!first || (second.full && !first->full)) return second;
  return *first;
}

// How long ago; nullopt when that cannot be known.
std::optional<milliseconds> age(const std::optional<domain::Millis>& at, domain::Millis now) {
  if (!at || *at > now) return std::nullopt;
  return milliseconds(now - *at);
}

}  // namespace

Trigger::Trigger(const TriggerSettings& settings, const Now& now, const LastRuns& last, double random)
    : settings_(settings), next_(now.steady), next_full_(now.steady) {
  const auto polled = age(last.poll_at, now.wall);
  const auto full = age(last.full_at, now.wall);
  if (polled && *polled < pause(random)) next_ += pause(random) - *polled;
  if (full && *full < settings_.full_every) next_full_ += settings_.full_every - *full;
}

milliseconds Trigger::pause(double random) const {
  const double extra = static_cast<double>(settings_.every.count()) * settings_.jitter * std::clamp(random, 0.0, 1.0);
  return settings_.every + milliseconds(static_cast<milliseconds::rep>(extra));
}

void Trigger::request(Wanted wanted) { requested_ = merged(requested_, wanted); }

std::optional<Wanted> Trigger::due(Steady now) const {
  if (running_ || now < told_until_) return std::nullopt;
  const bool full = now >= next_full_;
  // Without this, requests that come more often than the schedule would put off the full sync for ever.
  if (requested_) return Wanted{requested_->full || full, requested_->cause};
  if (stopped_ || now < next_) return std::nullopt;
  return Wanted{full, Cause::schedule};
}

void Trigger::started(Wanted run) {
  running_ = run;
  requested_.reset();
  stopped_ = false;
}

void Trigger::finished(Steady now, bool completed_full, const std::optional<Error>& error, double random) {
  const Wanted run = running_.value_or(Wanted{});
  running_.reset();
  if (!error) {
    failures_ = 0;
    next_ = now + pause(random);
    // A full sync that cannot be believed is read again before its time, but not with every poll.
    if (completed_full || run.full) next_full_ = now + settings_.full_every / (completed_full ? 1 : kDoubtedFull);
    return;
  }
  const Reaction reaction = react(*error, failures_ + 1, random, settings_.backoff);
  if (reaction.concern == Concern::nobody) {
    // Not its fault and not done: it runs again, but a run that is cancelled again and again must not become a storm.
    next_ = now + backed_off(failures_ + 1, random, settings_.backoff);
  } else {
    ++failures_;
    stopped_ = reaction.stops();
    next_ = now + reaction.wait;
    if (reaction.told) told_until_ = next_;
  }
  if (run.full) next_full_ = std::min(next_full_, now);
}

void Trigger::reloaded(const TriggerSettings& settings, Steady now, double random) {
  settings_ = settings;
  next_ = failures_ > 0 ? now : std::min(next_, now + pause(random));
  next_full_ = std::min(next_full_, now + settings_.full_every);
  stopped_ = false;
  failures_ = 0;
}

std::optional<Steady> Trigger::next_at() const {
  if (running_) return std::nullopt;
  if (requested_) return told_until_;
  if (stopped_) return std::nullopt;
  return std::max(next_, told_until_);
}

}  // namespace crmsync::sync
