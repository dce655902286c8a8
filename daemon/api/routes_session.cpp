// Signing in to the console with a token, and out. A session is a cookie that no script can read and no other site can
// use; everything else about it is in access.h.
#include "daemon/api/codec_contact.h"
#include "daemon/api/fields.h"
#include "daemon/api/routes.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

Json session_json(const Principal& principal, std::optional<domain::Millis> expires_at) {
  Json json;
  json["who"] = principal.who;
  json["name"] = principal.who.substr(principal.who.find(' ') + 1);  // of the token, or the user's number
  json["role"] = domain::to_string(principal.role);
  json["accounts"] = principal.accounts;  // empty: all
  json["version"] = CRMSYNC_VERSION;
  json["expires_at"] = time_or_null(expires_at);
  return json;
}

// {"token"}
asio::awaitable<HttpResponse> sign_in(Context& context) {
  if (const auto foreign = refuse_other_site(context.request)) co_return problem_response(*foreign);
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  const std::string token = input.required_text("token");
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  const auto outcome = context.access.sign_in(context.request, token, context.config->api, context.control.now(),
                                              std::chrono::steady_clock::now());
  if (const auto* bad = std::get_if<Problem>(&outcome)) co_return problem_response(*bad);
  const auto& signed_in = std::get<Access::SignedIn>(outcome);
  auto response = json_response(200, session_json(signed_in.principal, signed_in.expires_at));
  response.fields.emplace_back("Set-Cookie", signed_in.cookie);
  co_return response;
}

asio::awaitable<HttpResponse> get_session(Context& context) {
  QueryFields query(context.request);
  if (const auto problem = query.problem()) co_return problem_response(*problem);
  co_return json_response(
      200, session_json(context.principal, context.access.expiry(context.request, context.control.now())));
}

asio::awaitable<HttpResponse> sign_out(Context& context) {
  if (const auto foreign = refuse_other_site(context.request)) co_return problem_response(*foreign);
  HttpResponse response(204, "", "");
  response.fields.emplace_back("Set-Cookie", context.access.sign_out(context.request));
  co_return response;
}

}  // namespace

std::vector<Route> session_routes() {
  return {{"POST", "/api/v1/session", Permission::none, sign_in, false, 4096},
          {"GET", "/api/v1/session", Permission::read, get_session},
          {"POST", "/api/v1/session/end", Permission::none, sign_out, false, 4096}};
}

}  // namespace crmsync::api
