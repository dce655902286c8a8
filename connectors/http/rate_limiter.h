// Keeps a CRM account's requests under its limits: one limiter for all connections to one account, with a bucket for
// all requests and one for each lane that has its own limit. Pure: time is passed in; Api does the waiting.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::connectors::http {

using TimePoint = std::chrono::steady_clock::time_point;

struct Rate {
  double requests = 0;  // so many ...
  std::chrono::milliseconds per{1000};
};
bool is_slower(const Rate& a, const Rate& b);

// In no window of length `per` are there ever more requests than `requests`, the burst included (whole requests only; a
// rate above kCounted in one window is kept on average alone). Between bursts requests are spread evenly.
class RateLimiter {
 public:
  static constexpr double kCounted = 20'000;

  // `common` limits everything; `burst` requests may go at once (at least 1).
  explicit RateLimiter(Rate common, double burst = 1);
  // Changes the configured common rate; what went through counts on.
  void set_common(Rate rate);
  // Setting a lane again changes its rate and forgets what went through it.
  void set_lane(const std::string& lane, Rate rate, double burst = 1);
  // The common rate as the server tells it, in its own words: the configured one stays an upper bound. A rate that
  // makes no sense is not learned.
  void learn(Rate told);
  // The server has so many left in its current window, which ends one `per` from now at the latest: fewer than we
  // believe means that somebody else uses the account, and lowers ours.
  void learn_remaining(double remaining, TimePoint now);
  // Told to wait: nobody sends before that.
  void pause_until(TimePoint when);

  // nullopt: a token of each bucket concerned was taken, send. Otherwise when to ask again (later than now); nothing
  // was taken. A lane that was not set is limited by the common rate only. A clock that goes back stands still for us.
  std::optional<TimePoint> take(std::string_view lane, TimePoint now);

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  struct Window {
    std::size_t requests = 0;  // 0: no such window
    Nanoseconds per{0};
  };
  enum Source { configured, told };

  class Bucket {
   public:
    Bucket(Rate rate, double burst);
    void set(Source source, Rate rate);
    void lower_to(double remaining, TimePoint now);
    TimePoint next() const;
    void take(TimePoint now);
    void move_back(Nanoseconds by);

   private:
    void trim();

    double burst_;
    std::array<Nanoseconds, 2> intervals_{};  // by source: between two requests
    std::array<Window, 2> windows_{};         // by source
    TimePoint due_{};                         // when the next request would go if all were spread evenly
    std::deque<TimePoint> sent_;              // the latest, as many as the windows can count
  };

  TimePoint steady(TimePoint now);

  Bucket common_;
  std::map<std::string, Bucket, std::less<>> lanes_;
  TimePoint not_before_{};
  TimePoint latest_{};
};

}  // namespace crmsync::connectors::http
