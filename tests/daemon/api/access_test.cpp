// Who may send what: tokens, sessions of the console, and guessing.
#include "daemon/api/access.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace crmsync::api;
using std::chrono::seconds;

namespace {

constexpr domain::Millis kNow = 1'700'000'000'000;
const Access::Time kTick{};

config::Api configured() {
  config::Api api;
  api.tokens = {{"ann", domain::Role::operator_, {"harbour"}, sha256_hex("right")},
                {"bea", domain::Role::admin, {}, sha256_hex("other")}};
  return api;
}

HttpRequest request(std::string method = "GET", std::string address = "192.0.2.1") {
  HttpRequest one;
  one.method = std::move(method);
  one.peer.address = std::move(address);
  return one;
}

HttpRequest with(HttpRequest one, const std::string& name, const std::string& value) {
  one.fields.emplace_back(name, value);
  return one;
}

unsigned status(Access& access, const HttpRequest& one, seconds later = seconds(0)) {
  const auto who = access.authenticate(one, configured(), kNow, kTick + later);
  const auto* problem = std::get_if<Problem>(&who);
  return problem == nullptr ? 200 : problem->status;
}

unsigned guess(Access& access, int number, const std::string& address = "192.0.2.1", seconds later = seconds(0)) {
  return status(access, with(request("GET", address), "authorization", "Bearer wrong" + std::to_string(number)), later);
}

// The Cookie field that a browser sends back for a Set-Cookie.
std::string cookie_of(const std::string& set_cookie) { return set_cookie.substr(0, set_cookie.find(';')); }

Access::SignedIn sign_in(Access& access, const std::string& token = "right", domain::Millis now = kNow) {
  return std::get<Access::SignedIn>(access.sign_in(request("POST"), token, configured(), now, kTick));
}

}  // namespace

TEST_CASE("tokens") {
  Access access;
  SUBCASE("the right one says who it is and what it may") {
    const auto who = access.authenticate(with(request(), "authorization", "Bearer right"), configured(), kNow, kTick);
    const auto& principal = std::get<Principal>(who);
    CHECK(principal.who == "token ann");
    CHECK(principal.role == domain::Role::operator_);
    CHECK(principal.accounts == std::vector<std::string>{"harbour"});
    CHECK_FALSE(principal.by_cookie);
  }
  SUBCASE("none, a wrong one and one in another form are not let in") {
    CHECK(status(access, request()) == 401);
    CHECK(guess(access, 1) == 401);
    CHECK(status(access, with(request(), "authorization", "Basic right")) == 401);
  }
}

TEST_CASE("guessing") {
  Access access;
  const auto right = with(request(), "authorization", "Bearer right");
  const auto exhaust = [&](const std::string& address) {
    for (int i = 0; i < static_cast<int>(LoginThrottle::kGuesses); ++i) CHECK(guess(access, i, address) == 401);
  };
  SUBCASE("after many different wrong tokens none from there is looked at, not even the right one") {
    exhaust("192.0.2.1");
    CHECK(guess(access, 99) == 429);
    CHECK(status(access, right) == 429);
  }
  SUBCASE("the answer says how long to wait, and after that the right one is taken") {
    exhaust("192.0.2.1");
    const auto who = access.authenticate(right, configured(), kNow, kTick + seconds(20));
    const auto& problem = std::get<Problem>(who);
    CHECK(problem.retry_after == seconds(40));
    CHECK(status(access, right, seconds(60)) == 200);
  }
  SUBCASE("others are not kept waiting") {
    exhaust("192.0.2.1");
    CHECK(status(access, with(request("GET", "192.0.2.2"), "authorization", "Bearer right")) == 200);
  }
  SUBCASE("the same wrong token again is no guess: an old script locks nobody out") {
    for (int i = 0; i < 100; ++i) CHECK(guess(access, 1) == 401);
    CHECK(status(access, right) == 200);
  }
  SUBCASE("a network of IPv6 counts as one") {
    for (int i = 0; i < static_cast<int>(LoginThrottle::kGuesses); ++i)
      guess(access, i, "2001:db8::" + std::to_string(i + 1));
    CHECK(guess(access, 99, "2001:db8::ffff") == 429);
    CHECK(guess(access, 99, "2001:db8:0:1::1") == 401);
  }
  SUBCASE("behind a proxy on this machine the client's own address counts, the last that the proxy names") {
    const auto through = [&](const std::string& list, const std::string& token) {
      return status(access, with(with(request("GET", "127.0.0.1"), "x-forwarded-for", list), "authorization", token));
    };
    for (int i = 0; i < static_cast<int>(LoginThrottle::kGuesses); ++i)
      CHECK(through("198.51.100." + std::to_string(i) + ", 192.0.2.7", "Bearer wrong" + std::to_string(i)) == 401);
    CHECK(through("192.0.2.7", "Bearer right") == 429);
    CHECK(through("192.0.2.8", "Bearer right") == 200);
  }
  SUBCASE("from elsewhere nobody can claim another address") {
    CHECK(client_address(with(request(), "x-forwarded-for", "198.51.100.1")) == "192.0.2.1");
  }
  SUBCASE("signing in is throttled with it, sessions that exist are not") {
    const auto session = with(request(), "cookie", cookie_of(sign_in(access).cookie));
    exhaust("192.0.2.1");
    const auto outcome = access.sign_in(request("POST"), "right", configured(), kNow, kTick);
    CHECK(std::get<Problem>(outcome).status == 429);
    CHECK(status(access, session) == 200);
  }
}

TEST_CASE("what is remembered of guesses is bounded") {
  LoginThrottle throttle;
  for (int i = 0; i < 10'000; ++i)
    throttle.failed("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), "x", kTick);
  CHECK(throttle.size() == LoginThrottle::kAddresses);
}

TEST_CASE("sessions") {
  Access access;
  const auto signed_in = sign_in(access);
  const std::string cookie = cookie_of(signed_in.cookie);
  SUBCASE("the cookie is out of reach for scripts and other sites") {
    CHECK(signed_in.cookie.find("; HttpOnly") != std::string::npos);
    CHECK(signed_in.cookie.find("; SameSite=Strict") != std::string::npos);
    CHECK(signed_in.cookie.find("Secure") == std::string::npos);
  }
  SUBCASE("over HTTPS it is never sent without") {
    const auto https = with(request("POST", "127.0.0.1"), "x-forwarded-proto", "https");
    const auto outcome = access.sign_in(https, "right", configured(), kNow, kTick);
    CHECK(std::get<Access::SignedIn>(outcome).cookie.find("; Secure") != std::string::npos);
  }
  SUBCASE("it stands for its token, among other cookies, too") {
    const auto who = access.authenticate(with(request(), "cookie", "a=b; " + cookie), configured(), kNow, kTick);
    CHECK(std::get<Principal>(who).who == "token ann");
    CHECK(std::get<Principal>(who).by_cookie);
  }
  SUBCASE("it ends after its time") {
    const auto later = [&](domain::Millis after) {
      const auto who = access.authenticate(with(request(), "cookie", cookie), configured(), kNow + after, kTick);
      return std::holds_alternative<Principal>(who);
    };
    CHECK(later(Sessions::kLasts - 1));
    CHECK_FALSE(later(Sessions::kLasts));
  }
  SUBCASE("it ends with signing out") {
    access.sign_out(with(request("POST"), "cookie", cookie));
    CHECK(status(access, with(request(), "cookie", cookie)) == 401);
  }
  SUBCASE("it ends when its token leaves the configuration") {
    const auto who = access.authenticate(with(request(), "cookie", cookie), config::Api(), kNow, kTick);
    CHECK(std::get<Problem>(who).status == 401);
  }
  SUBCASE("who signs in again leaves the old session") {
    access.sign_in(with(request("POST"), "cookie", cookie), "other", configured(), kNow, kTick);
    CHECK(status(access, with(request(), "cookie", cookie)) == 401);
  }
  SUBCASE("a made-up one is nobody's") {
    CHECK(status(access, with(request(), "cookie", "crmsyncd_session=" + std::string(64, '0'))) == 401);
  }
  SUBCASE("the number of sessions is bounded, the oldest goes first") {
    for (std::size_t i = 0; i < Sessions::kMost; ++i) sign_in(access);
    CHECK(status(access, with(request(), "cookie", cookie)) == 401);
  }
}

TEST_CASE("another site cannot use a session") {
  Principal principal;
  principal.by_cookie = true;
  CHECK_FALSE(refuse_foreign(request("GET"), principal));
  REQUIRE(refuse_foreign(request("POST"), principal));
  CHECK(refuse_foreign(request("POST"), principal)->code == "csrf");
  CHECK_FALSE(refuse_foreign(with(request("POST"), "x-crmsyncd-console", "1"), principal));
  principal.by_cookie = false;
  CHECK_FALSE(refuse_foreign(request("POST"), principal));
}

TEST_CASE("another site cannot sign anybody in or out") {
  const auto from = [](const std::string& site) { return with(request("POST"), "sec-fetch-site", site); };
  CHECK_FALSE(refuse_other_site(request("POST")));
  CHECK_FALSE(refuse_other_site(from("same-origin")));
  CHECK_FALSE(refuse_other_site(from("none")));
  REQUIRE(refuse_other_site(from("cross-site")));
  CHECK(refuse_other_site(from("cross-site"))->code == "csrf");
  CHECK(refuse_other_site(from("same-site")));  // another port of this machine
}
