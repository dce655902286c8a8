#include "daemon/api/access.h"

#include <boost/asio/ip/address.hpp>

namespace crmsync::api {

namespace {

constexpr std::size_t kLongestToken = 512;
constexpr std::string_view kCookie = "crmsyncd_session=";
constexpr std::string_view kConsoleHeader = "x-crmsyncd-console";

Problem unauthenticated(std::string detail) {
  return {401, "unauthenticated", "Who are you?", std::move(detail),
          "Send `Authorization: Bearer TOKEN`; the token's SHA-256 stands in the configuration under `api: tokens`. On "
          "the Unix socket no token is needed."};
}

Problem too_many_guesses(std::chrono::seconds pause) {
  Problem problem{
      429, "too_many_guesses", "Too many wrong tokens",
      "From this address came several wrong tokens; no token is looked at for " + std::to_string(pause.count()) + " s.",
      "Wait, then send the right one. Behind a proxy, let it set X-Forwarded-For, so that others are not "
      "kept waiting."};
  problem.retry_after = pause;
  return problem;
}

// The id in the request's cookie; empty: none.
std::string_view session_id(const HttpRequest& request) {
  for (std::string_view rest = request.field("cookie"); !rest.empty();) {
    const auto end = rest.find(';');
    std::string_view one = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    if (one.starts_with(kCookie)) return one.substr(kCookie.size());
  }
  return {};
}

std::string set_cookie(const HttpRequest& request, std::string_view id, std::string_view lasts) {
  std::string text = std::string(kCookie) + std::string(id) + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=";
  text += lasts;
  if (request.peer.tls || request.field("x-forwarded-proto") == "https") text += "; Secure";
  return text;
}

bool is_loopback(std::string_view text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(text), error);
  return !error && address.is_loopback();
}

}  // namespace

std::string client_address(const HttpRequest& request) {
  if (!is_loopback(request.peer.address)) return request.peer.address;
  std::string_view last = request.field("x-forwarded-for");
  if (const auto comma = last.rfind(','); comma != std::string_view::npos) last.remove_prefix(comma + 1);
  while (!last.empty() && last.front() == ' ') last.remove_prefix(1);
  while (!last.empty() && last.back() == ' ') last.remove_suffix(1);
  return last.empty() ? request.peer.address : std::string(last);
}

std::variant<const config::Token*, Problem> Access::check(const HttpRequest& request, std::string_view token,
                                                          const config::Api& api, Time tick) {
  const std::string from = client_address(request);
  if (const auto pause = throttle_.pause(from, tick)) return too_many_guesses(*pause);
  const std::string hash = sha256_hex(token);
  const config::Token* found = token.size() > kLongestToken ? nullptr : find_token(api.tokens, hash);
  if (found != nullptr) return found;
  throttle_.failed(from, hash, tick);
  return unauthenticated("This token is not known.");
}

std::variant<Principal, Problem> Access::authenticate(const HttpRequest& request, const config::Api& api,
                                                      domain::Millis now, Time tick) {
  const std::string from = request.field("user-agent").starts_with("crmsyncctl") ? "ctl" : "api";
  if (request.peer.unix_socket)
    return Principal{"uid " + std::to_string(request.peer.uid), from, domain::Role::admin, {}};
  if (const auto text = bearer(request.field("authorization")); !text.empty()) {
    const auto found = check(request, text, api, tick);
    if (const auto* problem = std::get_if<Problem>(&found)) return *problem;
    return principal_of(*std::get<const config::Token*>(found), from);
  }
  const auto session = sessions_.find(session_id(request), now);
  if (!session) return unauthenticated("Over TCP a token is needed.");
  const config::Token* token = find_token(api.tokens, session->token_sha256);
  if (token == nullptr) return unauthenticated("The token of this session is no longer known.");
  Principal principal = principal_of(*token, "console");
  principal.by_cookie = true;
  return principal;
}

std::variant<Access::SignedIn, Problem> Access::sign_in(const HttpRequest& request, std::string_view token,
                                                        const config::Api& api, domain::Millis now, Time tick) {
  const auto found = check(request, token, api, tick);
  if (const auto* problem = std::get_if<Problem>(&found)) return *problem;
  sessions_.end(session_id(request));
  const std::string id = sessions_.begin(sha256_hex(token), now);
  SignedIn signed_in;
  signed_in.principal = principal_of(*std::get<const config::Token*>(found), "console");
  signed_in.cookie = set_cookie(request, id, std::to_string(Sessions::kLasts / 1000));
  signed_in.expires_at = now + Sessions::kLasts;
  return signed_in;
}

std::string Access::sign_out(const HttpRequest& request) {
  sessions_.end(session_id(request));
  return set_cookie(request, "", "0");
}

std::optional<domain::Millis> Access::expiry(const HttpRequest& request, domain::Millis now) {
  const auto session = sessions_.find(session_id(request), now);
  return session ? std::optional(session->expires_at) : std::nullopt;
}

std::optional<Problem> refuse_foreign(const HttpRequest& request, const Principal& principal) {
  if (!principal.by_cookie || request.method == "GET" || request.method == "HEAD") return std::nullopt;
  if (!request.field(kConsoleHeader).empty()) return std::nullopt;
  return Problem{403, "csrf", "Not from the console",
                 "A request with a session's cookie that changes something has to carry X-Crmsyncd-Console.",
                 "Use the console, or a token in `Authorization`."};
}

std::optional<Problem> refuse_other_site(const HttpRequest& request) {
  const auto site = request.field("sec-fetch-site");
  if (site.empty() || site == "same-origin" || site == "none") return std::nullopt;
  return Problem{403, "csrf", "Not from the console", "A page of another site asks to sign in or out here.",
                 "Open the console itself."};
}

}  // namespace crmsync::api
