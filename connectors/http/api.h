// A CRM's API as its connector calls it: credentials, rate limit, retries and what a status means, on top of Client.
// Used by every HTTP connector; one per connection, sharing the rate limiter of its CRM account.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connectors/http/client.h"
#include "connectors/http/rate_limiter.h"

namespace crmsync::connectors::http {

// Who we are to the CRM. `headers` is asked before each attempt; after a 401 `refresh` gets one chance to do better.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual asio::awaitable<Result<std::vector<Header>>> headers() = 0;
  // True: the credentials are new, so the request is worth one more attempt.
  virtual asio::awaitable<Result<bool>> refresh() = 0;
};

// "Authorization: Bearer TOKEN", for ever.
std::unique_ptr<Authorizer> bearer_token(std::string token);

// What a CRM says in its own way; each has a default that fits plain HTTP.
struct Dialect {
  // The kind of error of a status >= 400 and the part of its body that helps a person (no addresses, no secrets); the
  // default: 401 unauthorized, 403 unauthorized, 404 not_found, 409 stale, 429 rate_limited, 5xx transient, other 4xx
  // rejected.
  std::function<Error(const Response&)> error;
  // Learns from the headers of every response.
  std::function<void(const Response&, RateLimiter&)> learn;
};

struct RetryRules {
  int attempts = 4;  // of transient failures, with jittered backoff; each failure of a whole call costs one
  std::chrono::milliseconds first_pause{500};
  // A rate limit that asks for a longer wait than this fails the call with `rate_limited` and the wait in retry_after;
  // a shorter one is waited out.
  std::chrono::milliseconds longest_wait{60'000};
};

class Api {
 public:
  struct Parts {
    std::unique_ptr<Client> client;
    std::unique_ptr<Authorizer> authorizer;
    std::shared_ptr<RateLimiter> limiter;
    Dialect dialect;
    RetryRules retry;
    std::function<double()> random;  // [0, 1)
  };
  Api(Parts parts, asio::any_io_executor executor);
  ~Api();

  // A response below 400 whose body is JSON (or empty), checked by its content type: HTML with 200 is `protocol`.
  // `lane` names the limit of the limiter that the call counts against beside the common one ("" for none), e.g.
  // "search". Retries: transient failures of requests that are safe to repeat; a rate limit always.
  asio::awaitable<Result<Response>> call(Request request, std::string_view lane = "");

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The wait that a Retry-After header asks for, in seconds or as an HTTP date; nullopt if it is neither, negative or
// beyond a day.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now);

}  // namespace crmsync::connectors::http
