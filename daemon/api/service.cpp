#include "daemon/api/service.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>

#include "daemon/api/upload.h"
#include "daemon/engine/log.h"

namespace crmsync::api {

namespace {

constexpr std::size_t kLongestKey = 255;
constexpr std::size_t kUnknownBody = 64 * 1024;

std::string correlation_id() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::random_device random;
  std::string id;
  for (int i = 0; i < 16; ++i) id += kHex[random() & 15];
  return id;
}

// Texts of the JSON library can quote what was sent; everything else that is thrown here is about the store or a bug.
std::string safe_text(const std::exception& error) {
  return dynamic_cast<const nlohmann::json::exception*>(&error) != nullptr ? "JSON of an unexpected shape"
                                                                           : error.what();
}

Problem key_problem(unsigned status, std::string code, std::string detail, std::string remedy) {
  return {status, std::move(code), "The Idempotency-Key cannot be honoured", std::move(detail), std::move(remedy)};
}

bool printable(std::string_view text) noexcept {
  for (const char c : text)
    if (c < 0x20 || c == 0x7f) return false;
  return true;
}

}  // namespace

// A request with everything that is known before its function is called.
struct Service::Call {
  const Route* route = nullptr;
  std::vector<std::string> params;
  std::shared_ptr<const config::Config> config;
  Principal principal;
};

Service::Service(engine::Control& control) : control_(control), router_(all_routes()) {}

// The answer if the request goes no further; otherwise `call` is complete.
std::optional<HttpResponse> Service::prepare(const HttpRequest& request, Call& call) {
  auto match = router_.match(request.method, request.path);
  call.config = control_.config();
  const bool open = match.route != nullptr && match.route->permission == Permission::none;
  if (!open) {
    auto who = access_.authenticate(request, call.config->api, control_.now(), std::chrono::steady_clock::now());
    if (const auto* problem = std::get_if<Problem>(&who)) return problem_response(*problem);
    call.principal = std::move(std::get<Principal>(who));
    if (const auto problem = refuse_foreign(request, call.principal)) return problem_response(*problem);
  }
  if (match.problem) {
    auto response = problem_response(*match.problem);
    if (!match.allow.empty()) response.fields.emplace_back("Allow", match.allow);
    return response;
  }
  if (const auto problem = refuse_permission(call.principal, match.route->permission))
    return problem_response(*problem);
  call.route = match.route;
  call.params = std::move(match.params);
  return std::nullopt;
}

Admission Service::admit(const HttpRequest& request) {
  Call call;
  Admission admission;
  admission.body_limit = kUnknownBody;
  admission.refusal = prepare(request, call);
  if (call.route != nullptr) admission.body_limit = call.route->body_limit;
  if (call.route != nullptr && call.route->takes_file && !admission.refusal) {
    const bool repeatable = call.route->changes && !request.field("idempotency-key").empty();
    admission.upload = Upload::make(control_.config()->store_path + ".import-", repeatable);
    if (!admission.upload)
      admission.refusal =
          problem_response({507, "not_stored", "The file cannot be stored", "No file can be made beside the store.",
                            "Let the daemon write to the folder of its store, and make room there."});
  }
  if (admission.refusal) control_.count_request("refused", admission.refusal->status, 0);
  return admission;
}

asio::awaitable<HttpResponse> Service::handle(const HttpRequest& request) {
  const auto begun = std::chrono::steady_clock::now();
  Call call;
  if (auto refusal = prepare(request, call)) co_return std::move(*refusal);  // a reload in between
  std::string key(request.field("idempotency-key"));
  HttpResponse response;
  if (key.empty() || !call.route->changes)
    response = co_await answer(request, call);
  else
    response = co_await answer_once(request, call, std::move(key));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  control_.count_request(call.route->path, response.status, took.count());
  co_return response;
}

asio::awaitable<HttpResponse> Service::answer(const HttpRequest& request, const Call& call) {
  HttpResponse response;
  Context context{request, control_, call.config, call.principal, call.params, access_};
  try {
    response = co_await call.route->function(context);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;  // the server is stopping
    response = failed(*call.route, error);
  } catch (const std::exception& error) {
    response = failed(*call.route, error);
  }
  co_return response;
}

asio::awaitable<HttpResponse> Service::answer_once(const HttpRequest& request, const Call& call, std::string key) {
  if (key.size() > kLongestKey || !printable(key))
    co_return problem_response(key_problem(400, "idempotency_key", "The key is too long or not plain text.",
                                           "Use at most 255 printable characters, such as a UUID."));
  const std::string scope = call.principal.who + ' ' + request.method + ' ' + request.target;
  const auto found = answers_.begin(scope, key, request.upload ? request.upload->sha256() : sha256_hex(request.body));
  if (found.state == IdempotencyCache::State::done) co_return *found.answer;
  if (found.state == IdempotencyCache::State::running)
    co_return problem_response(key_problem(409, "idempotency_key_in_use", "The same request is being worked on.",
                                           "Wait for it, then repeat this one."));
  if (found.state == IdempotencyCache::State::other)
    co_return problem_response(key_problem(422, "idempotency_key_reused", "The key was used for another request.",
                                           "Use a new key for every request."));
  HttpResponse response;
  try {
    response = co_await answer(request, call);
  } catch (...) {
    answers_.forget(scope, key);
    throw;
  }
  answers_.finish(scope, key, response);
  co_return response;
}

// What went wrong is for the log; the client gets a number to find it by.
HttpResponse Service::failed(const Route& route, const std::exception& error) {
  const std::string id = correlation_id();
  engine::log_event(engine::Level::error, "request failed",
                    {{"id", id}, {"route", std::string(route.path)}, {"error", safe_text(error)}});
  return problem_response({500, "internal", "Something went wrong inside",
                           "It is in the daemon's log under " + id + ".",
                           "Look there (`journalctl -u crmsyncd`), or repeat the request later."});
}

}  // namespace crmsync::api
