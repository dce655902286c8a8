#include "connectors/http/rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace crmsync::connectors::http {

namespace {

bool makes_sense(const Rate& rate) {
  return std::isfinite(rate.requests) && rate.requests > 0 && rate.per > std::chrono::milliseconds(0);
}

// A limit of nothing would stop a connection for ever without a word.
Rate sensible(Rate rate) { return makes_sense(rate) ? rate : Rate{1, std::chrono::milliseconds(1000)}; }

double interval_of(const Rate& rate) { return static_cast<double>(rate.per.count()) / rate.requests; }

}  // namespace

bool is_slower(const Rate& a, const Rate& b) { return interval_of(sensible(a)) > interval_of(sensible(b)); }

RateLimiter::Bucket::Bucket(Rate rate, double burst) : burst_(std::isfinite(burst) ? std::max(1.0, burst) : 1.0) {
  set(configured, sensible(rate));
}

void RateLimiter::Bucket::set(Source source, Rate rate) {
  const Nanoseconds per = rate.per;
  const double interval = std::ceil(static_cast<double>(per.count()) / rate.requests);
  // A day is as good as never, and far from overflow.
  intervals_[source] = Nanoseconds(static_cast<std::int64_t>(std::min(interval, 86'400e9)));
  const bool counted = rate.requests >= 1 && rate.requests <= kCounted;
  windows_[source] = Window{counted ? static_cast<std::size_t>(rate.requests) : 0, per};
}

void RateLimiter::Bucket::lower_to(double remaining, TimePoint now) {
  const Window& window = windows_[windows_[told].requests != 0 ? told : configured];
  if (window.requests == 0 || std::isnan(remaining)) return;
  const auto left = static_cast<std::size_t>(std::clamp(remaining, 0.0, static_cast<double>(window.requests)));
  const auto ours = std::count_if(sent_.begin(), sent_.end(), [&](TimePoint at) { return at > now - window.per; });
  const std::size_t theirs = window.requests - left;
  // When the others sent theirs nobody tells: at the latest now.
  for (auto known = static_cast<std::size_t>(ours); known < theirs; ++known) sent_.push_back(now);
  trim();
}

TimePoint RateLimiter::Bucket::next() const {
  const Nanoseconds interval = std::max(intervals_[configured], intervals_[told]);
  const double ahead = (burst_ - 1) * static_cast<double>(interval.count());
  TimePoint when = due_ - Nanoseconds(static_cast<std::int64_t>(std::min(ahead, 86'400e9)));
  for (const Window& window : windows_)
    if (window.requests != 0 && sent_.size() >= window.requests)
      when = std::max(when, sent_[sent_.size() - window.requests] + window.per);
  return when;
}

void RateLimiter::Bucket::take(TimePoint now) {
  due_ = std::max(due_, now) + std::max(intervals_[configured], intervals_[told]);
  sent_.push_back(now);
  trim();
}

void RateLimiter::Bucket::move_back(Nanoseconds by) {
  due_ -= by;
  for (TimePoint& at : sent_) at -= by;
}

void RateLimiter::Bucket::trim() {
  const std::size_t most = std::max(windows_[configured].requests, windows_[told].requests);
  while (sent_.size() > most) sent_.pop_front();
}

RateLimiter::RateLimiter(Rate common, double burst) : common_(common, burst) {}

void RateLimiter::set_common(Rate rate) { common_.set(configured, sensible(rate)); }

void RateLimiter::set_lane(const std::string& lane, Rate rate, double burst) {
  lanes_.insert_or_assign(lane, Bucket(rate, burst));
}

void RateLimiter::learn(Rate rate) {
  if (makes_sense(rate)) common_.set(told, rate);
}

void RateLimiter::learn_remaining(double remaining, TimePoint now) { common_.lower_to(remaining, steady(now)); }

void RateLimiter::pause_until(TimePoint when) { not_before_ = std::max(not_before_, when); }

std::optional<TimePoint> RateLimiter::take(std::string_view lane, TimePoint now) {
  now = steady(now);
  const auto found = lanes_.find(lane);
  TimePoint when = std::max(not_before_, common_.next());
  if (found != lanes_.end()) when = std::max(when, found->second.next());
  if (when > now) return when;
  common_.take(now);
  if (found != lanes_.end()) found->second.take(now);
  return std::nullopt;
}

// What we remember moves back with the clock: waits stay as long as they were.
TimePoint RateLimiter::steady(TimePoint now) {
  if (now < latest_) {
    const Nanoseconds by = latest_ - now;
    common_.move_back(by);
    for (auto& [name, bucket] : lanes_) bucket.move_back(by);
    not_before_ -= by;
  }
  latest_ = now;
  return now;
}

}  // namespace crmsync::connectors::http
