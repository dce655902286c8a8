// Keeps a CRM account's requests under its limits: one limiter for all connections to one account, with a bucket for
// all requests and one for each lane that has its own limit. Pure: time is passed in; Api does the waiting.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::connectors::http {

using TimePoint = std::chrono::steady_clock::time_point;

struct Rate {
  double requests = 0;  // so many ...
  std::chrono::milliseconds per{1000};
};

class RateLimiter {
 public:
  // `common` limits everything; `burst` requests may go at once (at least 1).
  explicit RateLimiter(Rate common, double burst = 1);
  void set_lane(const std::string& lane, Rate rate, double burst = 1);
  // The common rate as the server tells it, in its own words: the configured one stays an upper bound.
  void learn(Rate told);
  // The server has so many left in its current window, which ends then at the latest: fewer than we believe lowers
  // ours.
  void learn_remaining(double remaining, TimePoint now);
  // Told to wait: nobody sends before that.
  void pause_until(TimePoint when);

  // nullopt: a token of each bucket concerned was taken, send. Otherwise when to ask again; nothing was taken.
  std::optional<TimePoint> take(std::string_view lane, TimePoint now);

 private:
  struct Bucket {
    Rate rate;
    double burst = 1;
    double tokens = 1;
    TimePoint at{};
  };
  static void refill(Bucket& bucket, TimePoint now);

  Bucket common_;
  double configured_;  // requests a millisecond
  std::map<std::string, Bucket, std::less<>> lanes_;
  TimePoint not_before_{};
};

}  // namespace crmsync::connectors::http
