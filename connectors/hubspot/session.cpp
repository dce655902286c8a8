#include "connectors/hubspot/session.h"

#include <random>

#include "connectors/http/url.h"
#include "connectors/hubspot/answers.h"

namespace crmsync::connectors::hubspot {

namespace {

constexpr domain::Millis kDefinitionsHold = 10 * domain::kMinute;
constexpr double kShortDay = 0.1;  // of the daily limit

std::function<double()> random_source() {
  auto engine = std::make_shared<std::mt19937_64>(std::random_device{}());
  return [engine] { return std::uniform_real_distribution<double>(0, 1)(*engine); };
}

void learn(const http::Response& response, http::RateLimiter& limiter, Learnt& learnt) {
  const auto told = limit_headers(response);
  if (told.rate) limiter.learn(*told.rate);
  if (told.remaining) limiter.learn_remaining(*told.remaining, std::chrono::steady_clock::now());
  if (told.daily && told.daily_remaining) learnt.day_is_short = *told.daily_remaining < *told.daily * kShortDay;
}

http::Api::Parts parts_of(const Options& options, const Environment& environment, Network network,
                          const std::shared_ptr<Learnt>& learnt) {
  http::Api::Parts parts;
  parts.client = std::move(network.client);
  parts.authorizer = http::bearer_token(options.token);
  parts.limiter = std::move(network.limiter);
  parts.retry = network.retry;
  parts.dialect.error = [learnt, now = environment.now](const http::Response& response) {
    return error_of(response, DayEnd{now(), learnt->utc_offset});
  };
  parts.dialect.learn = [learnt](const http::Response& response, http::RateLimiter& limits) {
    hubspot::learn(response, limits, *learnt);
  };
  parts.random = random_source();
  return parts;
}

}  // namespace

Session::Session(Options options, const Environment& environment, Network network)
    : options_(std::move(options)),
      environment_(environment),
      requests_(options_.api_version, properties_of(options_)),
      learnt_(std::make_shared<Learnt>()),
      api_(parts_of(options_, environment_, std::move(network), learnt_), environment_.executor) {}

asio::awaitable<Result<http::Response>> Session::call(http::Request request, std::string_view doing,
                                                      std::string_view lane) {
  auto response = co_await api_.call(std::move(request), lane);
  if (response) co_return response;
  Error error = response.error();
  error.message = std::string(doing) + " at " + place() + " (base_url): " + error.message;
  co_return error;
}

asio::awaitable<Result<http::Response>> Session::ask(http::Request request, std::string_view doing,
                                                     std::string_view lane) {
  auto response = co_await call(std::move(request), doing, lane);
  if (response) co_return response;
  Error error = response.error();
  switch (error.kind) {
    case ErrorKind::not_found:
      error.kind = ErrorKind::config;
      error.message += ": look at base_url and api_version";
      break;
    case ErrorKind::rejected:
    case ErrorKind::stale: error.kind = ErrorKind::protocol; break;
    default: break;
  }
  co_return error;
}

asio::awaitable<Result<bool>> Session::is_shown(const std::string& property) {
  const auto known = definitions_.find(property);
  if (known != definitions_.end() && now() >= known->second.at && now() - known->second.at < kDefinitionsHold)
    co_return known->second.shown;
  auto request = requests_.property(property);
  const auto response = co_await call(std::move(request), "looking at a property's definition");
  bool shown = false;
  if (response) {
    const auto definition = decode_definition(response->body);
    if (!definition) co_return definition.error();
    shown = !definition->sensitive;
  } else if (response.error().kind != ErrorKind::not_found && !is_missing_scope(response.error())) {
    co_return response.error();
  }
  definitions_[property] = {shown, now()};
  co_return shown;
}

asio::awaitable<Result<ConditionSet>> Session::defined(ConditionSet wanted) {
  ConditionSet all = 0;
  for (std::size_t i = 0; i < options_.opted_out_when.size(); ++i) {
    const ConditionSet one = ConditionSet{1} << i;
    if ((wanted & one) == 0) continue;
    const auto shown = co_await is_shown(options_.opted_out_when[i].property);
    if (!shown) co_return shown.error();
    if (*shown) all |= one;
  }
  co_return all;
}

asio::awaitable<void> Session::look_at_the_clock() {
  if (clock_seen_ || !learnt_->day_is_short) co_return;
  clock_seen_ = true;
  auto request = requests_.account();
  const auto response = co_await call(std::move(request), "looking at the account");
  if (!response) co_return;
  if (const auto account = decode_account(response->body)) learnt_->utc_offset = account->utc_offset;
}

std::shared_ptr<http::RateLimiter> limiter_of(const Options& options, std::optional<http::Rate> configured,
                                              http::RateLimiters* limiters) {
  const auto with_lanes = [](http::RateLimiter& fresh) { fresh.set_lane(std::string(kSearchLane), search_rate()); };
  http::RateLimiters own;
  const auto url = http::parse_base_url(options.base_url);
  const std::string place = url ? url->host_and_port() + url->prefix : options.base_url;
  const auto key = http::account_key({"hubspot", place, options.token});
  return (limiters ? *limiters : own).join(key, configured.value_or(highest_rate()), with_lanes);
}

}  // namespace crmsync::connectors::hubspot
