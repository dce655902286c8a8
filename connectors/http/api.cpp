#include "connectors/http/api.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "core/sync/retry.h"

namespace crmsync::connectors::http {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

class BearerToken final : public Authorizer {
 public:
  explicit BearerToken(std::string token) : headers_(1, Header{"Authorization", "Bearer " + std::move(token)}) {}
  asio::awaitable<Result<std::vector<Header>>> headers() override { co_return headers_; }
  asio::awaitable<Result<bool>> refresh() override { co_return false; }

 private:
  std::vector<Header> headers_;
};

ErrorKind kind_of(int status) {
  switch (status) {
    case 401:
    case 403: return ErrorKind::unauthorized;
    case 404: return ErrorKind::not_found;
    case 409: return ErrorKind::stale;
    case 429: return ErrorKind::rate_limited;
    default: return status >= 500 ? ErrorKind::transient : ErrorKind::rejected;
  }
}

Error plain_error(const Response& response) {
  return {kind_of(response.status), "the CRM answers " + std::to_string(response.status)};
}

// "application/json; charset=utf-8", "application/hal+json"
bool is_json(const Response& response) {
  auto type = response.header("Content-Type");
  type = type.substr(0, type.find(';'));
  type = type.substr(0, type.find_last_not_of(" \t") + 1);
  constexpr std::string_view suffix = "+json";
  if (type.empty()) return response.body.find_first_of("{[") == response.body.find_first_not_of(" \t\r\n");
  return same_word(type, "application/json") ||
         (type.size() > suffix.size() && same_word(type.substr(type.size() - suffix.size()), suffix));
}

Result<Response> checked(Response response) {
  const std::string status = std::to_string(response.status);
  if (response.status >= 300)
    return Error(ErrorKind::protocol, "the CRM answers " + status + ", which nobody asked for");
  if (!response.body.empty() && !is_json(response))
    return Error(ErrorKind::protocol,
                 "the CRM answers " + status + " with something that is no JSON, a web page perhaps");
  return response;
}

// False when cancelled.
asio::awaitable<bool> sleep_until(asio::any_io_executor executor, TimePoint when) {
  asio::steady_timer timer(executor, when);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() == asio::cancellation_type::none;
}

Error cancelled() { return {ErrorKind::cancelled, "cancelled"}; }

// What one call has been through.
struct Trials {
  int failures = 0;
  int limits = 0;
  milliseconds limited{0};
  bool refreshed = false;
};

// One attempt's end, and what may be done about it.
struct Failure {
  Error error;
  int status = 0;     // 0: there was no response
  bool sent = false;  // the CRM may have done it
};

}  // namespace

std::unique_ptr<Authorizer> bearer_token(std::string token) { return std::make_unique<BearerToken>(std::move(token)); }

struct Api::State {
  Parts parts;
  asio::any_io_executor executor;

  asio::awaitable<Result<Response>> call(Request request, std::string lane);
  asio::awaitable<Result<Response>> attempt(Request request, std::string_view lane, Failure& failure);
  asio::awaitable<Result<void>> admission(std::string_view lane);
  // No value: try again. Otherwise the error that ends the call.
  asio::awaitable<std::optional<Error>> recover(const Request& request, Failure failure, Trials& trials);
  asio::awaitable<std::optional<Error>> renew(Error refused);
  std::optional<Error> wait_for_limit(Error error, Trials& trials);
  Failure refusal(const Response& response) const;
  milliseconds backoff(int failures) const;
};

Api::Api(Parts parts, asio::any_io_executor executor)
    : state_(std::make_unique<State>(State{std::move(parts), std::move(executor)})) {
  if (!state_->parts.dialect.error) state_->parts.dialect.error = plain_error;
  if (!state_->parts.random) state_->parts.random = [] { return 0.5; };
}

Api::~Api() = default;

asio::awaitable<Result<Response>> Api::call(Request request, std::string_view lane) {
  std::string name(lane);
  try {
    auto result = co_await state_->call(std::move(request), std::move(name));
    co_return result;
  } catch (const boost::system::system_error& cut) {
    if (cut.code() != asio::error::operation_aborted) throw;
  }
  co_return cancelled();
}

asio::awaitable<Result<Response>> Api::State::call(Request request, std::string lane) {
  const auto is_accept = [](const Header& header) { return same_word(header.name, "Accept"); };
  if (std::none_of(request.headers.begin(), request.headers.end(), is_accept))
    request.headers.push_back({"Accept", "application/json"});
  Trials trials;
  for (;;) {
    Failure failure;
    auto response = co_await attempt(request, lane, failure);
    if (response) co_return response;
    failure.error = response.error();
    const auto final_error = co_await recover(request, std::move(failure), trials);
    if (final_error) co_return *final_error;
  }
}

asio::awaitable<Result<Response>> Api::State::attempt(Request request, std::string_view lane, Failure& failure) {
  const auto credentials = co_await parts.authorizer->headers();
  if (!credentials) co_return credentials.error();
  const auto admitted = co_await admission(lane);
  if (!admitted) co_return admitted.error();
  request.headers.insert(request.headers.end(), credentials->begin(), credentials->end());
  failure.sent = true;
  auto response = co_await parts.client->send(request);
  if (!response) co_return response;
  if (parts.dialect.learn) parts.dialect.learn(*response, *parts.limiter);
  if (response->status < 400) co_return checked(std::move(*response));
  failure = refusal(*response);
  co_return failure.error;
}

// Waits for our turn under the limits.
asio::awaitable<Result<void>> Api::State::admission(std::string_view lane) {
  for (;;) {
    const auto now = Clock::now();
    const auto later = parts.limiter->take(lane, now);
    if (!later) co_return Result<void>();
    const auto wait = std::chrono::ceil<milliseconds>(*later - now);
    if (wait > parts.retry.longest_wait)
      co_return Error(ErrorKind::rate_limited, "the CRM's rate limit is used up", wait);
    const bool awake = co_await sleep_until(executor, *later);
    if (!awake) co_return cancelled();
  }
}

asio::awaitable<std::optional<Error>> Api::State::recover(const Request& request, Failure failure, Trials& trials) {
  Error& error = failure.error;
  if (failure.status == 401 && error.kind == ErrorKind::unauthorized && !trials.refreshed) {
    trials.refreshed = true;
    auto refused = co_await renew(std::move(error));
    co_return refused;
  }
  if (error.kind == ErrorKind::rate_limited && failure.status != 0) co_return wait_for_limit(std::move(error), trials);
  if (error.kind != ErrorKind::transient || (failure.sent && !request.safe_to_repeat())) co_return error;
  if (++trials.failures >= parts.retry.attempts) co_return error;
  const auto wait = std::max(backoff(trials.failures), error.retry_after.value_or(milliseconds(0)));
  if (wait > parts.retry.longest_wait) co_return error;
  const bool awake = co_await sleep_until(executor, Clock::now() + wait);
  if (!awake) co_return cancelled();
  co_return std::nullopt;
}

asio::awaitable<std::optional<Error>> Api::State::renew(Error refused) {
  const auto renewed = co_await parts.authorizer->refresh();
  if (!renewed) co_return renewed.error();
  if (!*renewed) co_return refused;
  co_return std::nullopt;
}

// Everybody on this account waits; who told a wait of nothing again and again is not taken at his word.
std::optional<Error> Api::State::wait_for_limit(Error error, Trials& trials) {
  ++trials.limits;
  auto wait = error.retry_after.value_or(backoff(trials.limits));
  if (trials.limits > 1) wait = std::max(wait, backoff(trials.limits - 1));
  parts.limiter->pause_until(Clock::now() + wait);
  trials.limited += wait;
  if (trials.limited > parts.retry.longest_wait) return error;
  return std::nullopt;
}

Failure Api::State::refusal(const Response& response) const {
  Failure failure{parts.dialect.error(response), response.status, true};
  if (!failure.error.retry_after)
    failure.error.retry_after = parse_retry_after(response.header("Retry-After"), std::chrono::system_clock::now());
  return failure;
}

milliseconds Api::State::backoff(int failures) const {
  const sync::Backoff rules{parts.retry.first_pause, std::max(parts.retry.first_pause, parts.retry.longest_wait)};
  return sync::backed_off(failures, parts.random(), rules);
}

}  // namespace crmsync::connectors::http
