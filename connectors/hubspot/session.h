// One connection's way to HubSpot, and what was learnt on it: calls with their errors made readable, limits, which
// properties the account has, which calls the token may make. Shared by reader, pusher and probe, and by the page that
// is fetched ahead.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/connector.h"
#include "connectors/http/api.h"
#include "connectors/http/rate_limiters.h"
#include "connectors/hubspot/codec.h"
#include "connectors/hubspot/errors.h"
#include "connectors/hubspot/options.h"
#include "connectors/hubspot/requests.h"

namespace crmsync::connectors::hubspot {

// What the answers said about the account. Nothing of it has to survive.
struct Learnt {
  std::optional<domain::Millis> utc_offset;
  bool day_is_short = false;  // little is left of the daily limit
};

// What it speaks through.
struct Network {
  std::unique_ptr<http::Client> client;
  std::shared_ptr<http::RateLimiter> limiter;
  http::RetryRules retry;
};

class Session {
 public:
  Session(Options options, const Environment& environment, Network network);

  const Options& options() const { return options_; }
  const Environment& environment() const { return environment_; }
  const Requests& requests() const { return requests_; }
  domain::Millis now() const { return environment_.now(); }
  // The API's place as the configuration has it.
  const std::string& place() const { return options_.base_url; }

  // An answer below 400. `doing` begins the error's message: "reading contacts".
  asio::awaitable<Result<http::Response>> call(http::Request request, std::string_view doing,
                                               std::string_view lane = "");
  // The same where no single record is concerned: what HubSpot refuses is our mistake, or the configuration's.
  asio::awaitable<Result<http::Response>> ask(http::Request request, std::string_view doing,
                                              std::string_view lane = "");

  // Which of these conditions' properties the account has, with values that are shown. Remembered for a short time.
  asio::awaitable<Result<ConditionSet>> defined(ConditionSet wanted);
  void forget_definitions() { definitions_.clear(); }

  // The account's time zone, which ends the daily limit; asked for once, when the day becomes short.
  asio::awaitable<void> look_at_the_clock();

  // Batch calls of communication preferences need scopes that few accounts have: what was refused is not tried again.
  bool batch_writes = true;
  bool batch_reads = true;

 private:
  struct Known {
    bool shown = false;
    domain::Millis at = 0;
  };
  asio::awaitable<Result<bool>> is_shown(const std::string& property);

  Options options_;
  Environment environment_;
  Requests requests_;
  std::shared_ptr<Learnt> learnt_;
  std::map<std::string, Known> definitions_;
  http::Api api_;
  bool clock_seen_ = false;
};

// The rate limiter of the account that base URL and token lead to, with HubSpot's limits, and a lower one of the
// connection's if it has one. Without `limiters` it is shared with nobody.
std::shared_ptr<http::RateLimiter> limiter_of(const Options& options, std::optional<http::Rate> configured,
                                              http::RateLimiters* limiters);

}  // namespace crmsync::connectors::hubspot
