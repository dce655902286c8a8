#include "connectors/http/oauth.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>

#include "connectors/http/request_head.h"

namespace crmsync::connectors::http {

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

// A token that young was not the one that was refused, or asking for another one would not help.
constexpr milliseconds kYoung{10'000};
// After a renewal ahead of time that failed.
constexpr milliseconds kPause{10'000};
constexpr int kDeepest = 8;
constexpr double kLongestLife = 10 * 365 * 86'400.0;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json parsed(const std::string& text) {
  const auto shallow = [](int depth, json::parse_event_t, json&) { return depth < kDeepest; };
  auto object = json::parse(text, shallow, false);
  return object.is_object() ? object : json();
}

// In seconds, as a number or, as some servers have it, a text. Nothing sensible: no known end.
std::optional<milliseconds> life_of(const json& token) {
  const auto found = token.find("expires_in");
  if (found == token.end()) return std::nullopt;
  double seconds = 0;
  if (found->is_number()) seconds = found->get<double>();
  if (found->is_string()) seconds = std::strtod(found->get<std::string>().c_str(), nullptr);
  if (!(seconds > 0 && seconds < kLongestLife)) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

// The codes of RFC 6749, 5.2 and 4.1.2.1; anything else may be anybody's text.
std::string known_code(const json& answer) {
  constexpr std::array<std::string_view, 8> codes{"invalid_grant",          "invalid_client",         "invalid_request",
                                                  "unauthorized_client",    "invalid_scope",          "access_denied",
                                                  "unsupported_grant_type", "temporarily_unavailable"};
  const std::string code = text_of(answer, "error");
  return std::find(codes.begin(), codes.end(), code) == codes.end() ? std::string() : code;
}

Error refusal(const Response& response) {
  const std::string code = known_code(parsed(response.body));
  const int status = response.status;
  std::string message = "the token endpoint answers " + std::to_string(status);
  if (!code.empty()) message += " (" + code + ")";
  const auto wait = parse_retry_after(response.header("Retry-After"), std::chrono::system_clock::now());
  if (status == 429) return {ErrorKind::rate_limited, message, wait};
  if (status >= 500 || status == 408 || code == "temporarily_unavailable") return {ErrorKind::transient, message, wait};
  if (status == 404 || status < 400) return {ErrorKind::protocol, message};
  return {ErrorKind::unauthorized, message + ": connect it to the CRM again, or correct its client id and secret"};
}

struct Token {
  std::string text;
  TimePoint since{};
  std::optional<TimePoint> renew_at, ends;

  bool alive(TimePoint now) const { return !text.empty() && (!ends || now < *ends); }
  bool fresh(TimePoint now) const { return !text.empty() && (!renew_at || now < *renew_at); }
};

// Shared with the renewal that is under way: it ends by itself, whoever stops waiting for it.
struct State {
  State(OAuth o, OAuthParts p)
      : options(std::move(o)), parts(std::move(p)), landed(parts.executor, asio::steady_timer::time_point::max()) {}

  OAuth options;
  OAuthParts parts;
  Token token;
  std::optional<Error> refused;  // for good
  bool under_way = false;
  std::size_t landings = 0;
  Result<void> outcome;
  asio::steady_timer landed;  // cancelled when a renewal has ended
  asio::cancellation_signal stop;

  Request request() const;
  Result<void> accept(const Response& response);
};

Request State::request() const {
  Request request;
  request.method = "POST";
  request.target = options.token_target;
  request.content_type = "application/x-www-form-urlencoded";
  request.headers.push_back({"Accept", "application/json"});
  const auto add = [&](const char* name, const std::string& value) {
    request.body += (request.body.empty() ? "" : "&") + std::string(name) + "=" + encode_component(value);
  };
  add("grant_type", options.refresh_token.empty() ? "client_credentials" : "refresh_token");
  if (!options.refresh_token.empty()) add("refresh_token", options.refresh_token);
  if (!options.scope.empty()) add("scope", options.scope);
  if (options.basic) {
    const auto id = encode_component(options.client_id), secret = encode_component(options.client_secret);
    request.headers.push_back({"Authorization", basic_credentials(id, secret)});
  } else {
    add("client_id", options.client_id);
    add("client_secret", options.client_secret);
  }
  return request;
}

Result<void> State::accept(const Response& response) {
  if (response.status != 200) return refusal(response);
  const json answer = parsed(response.body);
  const std::string text = text_of(answer, "access_token"), type = text_of(answer, "token_type");
  if (text.empty()) return Error(ErrorKind::protocol, "the token endpoint answers without a token");
  if (!type.empty() && !same_word(type, "Bearer"))
    return Error(ErrorKind::protocol, "the token endpoint answers with a token of another type than Bearer");
  const auto now = parts.now();
  token = Token{text, now, std::nullopt, std::nullopt};
  if (const auto life = life_of(answer)) {
    token.ends = now + *life;
    token.renew_at = *token.ends - std::min(options.ahead, *life / 2);
  }
  const std::string next = text_of(answer, "refresh_token");
  if (!options.refresh_token.empty() && !next.empty() && next != options.refresh_token) {
    options.refresh_token = next;
    if (parts.keep_refresh_token) parts.keep_refresh_token(next);
  }
  return {};
}

asio::awaitable<void> fly(std::shared_ptr<State> state) {
  Result<void> outcome = Error(ErrorKind::cancelled, "cancelled");
  try {
    const Request request = state->request();
    const auto response = co_await state->parts.client->send(request);
    if (response)
      outcome = state->accept(*response);
    else
      outcome = response.error();
  } catch (const boost::system::system_error& cut) {
    if (cut.code() != asio::error::operation_aborted) throw;
  }
  if (!outcome && outcome.error().kind == ErrorKind::unauthorized) state->refused = outcome.error();
  state->outcome = outcome;
  state->under_way = false;
  ++state->landings;
  state->landed.cancel();
}

void take_off(const std::shared_ptr<State>& state) {
  state->under_way = true;
  const auto landed = [](std::exception_ptr bug) {
    if (bug) std::rethrow_exception(bug);
  };
  asio::co_spawn(state->parts.executor, fly(state), asio::bind_cancellation_slot(state->stop.slot(), landed));
}

asio::awaitable<Result<void>> renewed(std::shared_ptr<State> state) {
  if (state->refused) co_return *state->refused;
  if (!state->under_way) take_off(state);
  const std::size_t flight = state->landings;
  while (state->landings == flight) {
    co_await state->landed.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) co_return Error(ErrorKind::cancelled, "cancelled");
  }
  co_return state->outcome;
}

class OAuthAuthorizer final : public Authorizer {
 public:
  explicit OAuthAuthorizer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~OAuthAuthorizer() override { state_->stop.emit(asio::cancellation_type::terminal); }

  asio::awaitable<Result<std::vector<Header>>> headers() override {
    const auto state = state_;
    if (!state->refused && !state->token.fresh(state->parts.now())) {
      const auto done = co_await renewed(state);
      const auto now = state->parts.now();
      const bool fatal = !done && (done.error().kind == ErrorKind::cancelled || state->refused);
      if (!done && (fatal || !state->token.alive(now))) co_return done.error();
      if (!done) state->token.renew_at = now + kPause;
    }
    if (state->refused) co_return *state->refused;
    std::vector<Header> headers(1, Header{"Authorization", "Bearer " + state->token.text});
    co_return headers;
  }

  asio::awaitable<Result<bool>> refresh() override {
    const auto state = state_;
    const auto& token = state->token;
    if (!state->under_way && !token.text.empty() && state->parts.now() - token.since < kYoung) co_return true;
    const auto done = co_await renewed(state);
    if (!done) co_return done.error();
    co_return true;
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<Authorizer> oauth2(OAuth options, OAuthParts parts) {
  return std::make_unique<OAuthAuthorizer>(std::make_shared<State>(std::move(options), std::move(parts)));
}

}  // namespace crmsync::connectors::http
