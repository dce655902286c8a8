// Finds out who sends a request: the user at the Unix socket, a bearer token, or somebody who has signed in to the
// console; and slows down who guesses. Owned by Service; its session routes sign in and out.
#pragma once

#include <variant>

#include "daemon/api/auth.h"
#include "daemon/api/login_throttle.h"
#include "daemon/api/sessions.h"

namespace crmsync::api {

class Access {
 public:
  using Time = LoginThrottle::Time;

  // On the Unix socket whoever the file's mode lets in is an administrator, named by the user id that the kernel
  // reports. Over TCP a bearer token or a session's cookie decides. A guess counts against where it comes from.
  std::variant<Principal, Problem> authenticate(const HttpRequest& request, const config::Api& api, domain::Millis now,
                                                Time tick);

  struct SignedIn {
    Principal principal;
    std::string cookie;  // the value of Set-Cookie
    domain::Millis expires_at = 0;
  };
  // `token` is what was typed in.
  std::variant<SignedIn, Problem> sign_in(const HttpRequest& request, std::string_view token, const config::Api& api,
                                          domain::Millis now, Time tick);
  // Ends the session of the request, if it has one. The value of Set-Cookie that makes the browser forget it.
  std::string sign_out(const HttpRequest& request);
  // When the session of the request ends; nullopt: it has none.
  std::optional<domain::Millis> expiry(const HttpRequest& request, domain::Millis now);

 private:
  std::variant<const config::Token*, Problem> check(const HttpRequest& request, std::string_view token,
                                                    const config::Api& api, Time tick);

  Sessions sessions_;
  LoginThrottle throttle_;
};

// Why a request that relies on a cookie and changes something goes no further: only the console's own script can set
// the header that it has to carry, since no other origin is ever allowed to (no CORS).
std::optional<Problem> refuse_foreign(const HttpRequest& request, const Principal& principal);
// The same for signing in and out, which anybody may ask for: what a browser says of where it comes from (Fetch
// Metadata) has to be the console's own page. Otherwise a site could sign people in with a token of its own. What is no
// browser says nothing.
std::optional<Problem> refuse_other_site(const HttpRequest& request);

// Where a request comes from: the other end of the connection or, if that is this machine and says so as a proxy does
// (X-Forwarded-For), the last address that it names. Counts for throttling only.
std::string client_address(const HttpRequest& request);

}  // namespace crmsync::api
