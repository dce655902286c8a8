#include "connectors/http/api.h"

#include <doctest/doctest.h>

#include "tests/connectors/http/client_fixture.h"
#include "tests/connectors/http/fake_client.h"

using namespace crmsync;
using namespace crmsync::connectors::http;
using namespace std::chrono_literals;

namespace {

// Credentials that can be made better once, or not at all.
class Login final : public Authorizer {
 public:
  asio::awaitable<Result<std::vector<Header>>> headers() override {
    if (broken) co_return *broken;
    std::vector<Header> headers(1, Header{"Authorization", "Bearer " + std::to_string(version)});
    co_return headers;
  }
  asio::awaitable<Result<bool>> refresh() override {
    ++refreshes;
    if (refresh_error) co_return *refresh_error;
    if (can_refresh) ++version;
    co_return can_refresh;
  }
  int version = 1, refreshes = 0;
  bool can_refresh = true;
  std::optional<Error> broken, refresh_error;
};

struct Crm {
  Loop loop;
  std::shared_ptr<Script> script = std::make_shared<Script>();
  std::shared_ptr<RateLimiter> limiter = std::make_shared<RateLimiter>(Rate{1000, 1ms}, 1000);
  Dialect dialect;
  RetryRules retry{4, 1ms, 5000ms};
  Login* login = nullptr;
  std::unique_ptr<Api> api;

  void connect() {
    auto authorizer = std::make_unique<Login>();
    login = authorizer.get();
    Api::Parts parts{std::make_unique<FakeClient>(script), std::move(authorizer), limiter, dialect, retry, {}};
    api = std::make_unique<Api>(std::move(parts), loop.executor());
  }

  Result<Response> call(Request request = get("/"), std::string_view lane = "") {
    if (!api) connect();
    return loop.wait(api->call(std::move(request), lane));
  }
  // Nothing may have been left unsaid.
  std::size_t tries() const {
    CHECK(script->answers.empty());
    return script->requests.size();
  }
  // How long the limiter makes everybody wait; up to a second may have passed.
  bool paused_for(std::chrono::milliseconds time) const {
    const auto now = std::chrono::steady_clock::now();
    const auto when = limiter->take("", now);
    return when && *when <= now + time && *when > now + time - 1s;
  }
};

}  // namespace

TEST_CASE("a good answer") {
  Crm crm;
  SUBCASE("is JSON, by any of its names, or empty") {
    for (const char* type : {"application/json", "application/json;charset=utf-8", "Application/JSON ; x=y",
                             "application/problem+json", ""}) {
      CAPTURE(type);
      crm.script->answers.push_back(Response{200, {{"Content-Type", type}}, R"( {"a":1})"});
      check_body(crm.call(), R"( {"a":1})");
    }
    crm.script->add(204);
    check_body(crm.call(), "");
  }
  SUBCASE("goes with our credentials and says what we understand") {
    crm.script->add(200, "{}");
    check_body(crm.call(), "{}");
    CHECK(header_of(crm.script->requests.at(0), "Authorization") == "Bearer 1");
    CHECK(header_of(crm.script->requests.at(0), "Accept") == "application/json");
  }
  SUBCASE("teaches the limiter") {
    crm.dialect.learn = [](const Response& response, RateLimiter& limits) {
      CHECK(response.status == 200);
      limits.pause_until(std::chrono::steady_clock::now() + 3s);
    };
    crm.script->add(200, "{}");
    check_body(crm.call(), "{}");
    CHECK(crm.paused_for(3s));
  }
}

TEST_CASE("an answer that is no JSON is nonsense, whatever its status says") {
  Crm crm;
  for (const char* type : {"text/html", "text/plain", "application/jsonp", "application/xml", "+json", ""}) {
    CAPTURE(type);
    crm.script->answers.push_back(Response{200, {{"Content-Type", type}}, "<html>secret</html>"});
    const auto response = crm.call();
    check_error(response, ErrorKind::protocol, "no JSON");
    CHECK(response.error().message.find("secret") == std::string::npos);
  }
  crm.script->add(304);
  check_error(crm.call(), ErrorKind::protocol, "304");
}

TEST_CASE("what a status means") {
  struct Case {
    int status;
    ErrorKind kind;
  };
  for (const Case& one :
       {Case{400, ErrorKind::rejected}, Case{403, ErrorKind::unauthorized}, Case{404, ErrorKind::not_found},
        Case{409, ErrorKind::stale}, Case{422, ErrorKind::rejected}}) {
    CAPTURE(one.status);
    Crm crm;
    crm.script->add(one.status, "{\"message\":\"secret\"}");
    const auto response = crm.call();
    check_error(response, one.kind, std::to_string(one.status));
    CHECK(response.error().message.find("secret") == std::string::npos);
    CHECK(crm.tries() == 1);
    CHECK(crm.login->refreshes == 0);
  }
  SUBCASE("unless the CRM's dialect knows better") {
    Crm crm;
    crm.dialect.error = [](const Response& response) { return Error(ErrorKind::stale, "own " + response.body); };
    crm.script->add(400, "words");
    check_error(crm.call(), ErrorKind::stale, "own words");
  }
}

TEST_CASE("transient failures") {
  Crm crm;
  SUBCASE("of requests that are safe to repeat are tried again") {
    crm.script->add(503);
    crm.script->fail(ErrorKind::transient);
    crm.script->add(502, "<html>");
    crm.script->add(200, "{}");
    check_body(crm.call(), "{}");
    CHECK(crm.tries() == 4);
  }
  SUBCASE("so often and no more") {
    for (int i = 0; i < 4; ++i) crm.script->add(500 + i);
    check_error(crm.call(), ErrorKind::transient, "503");
    CHECK(crm.tries() == 4);
  }
  SUBCASE("of others are not tried again: it may have been done") {
    crm.script->add(503);
    check_error(crm.call(post("/", "{}")), ErrorKind::transient, "503");
    crm.script->fail(ErrorKind::transient);
    check_error(crm.call(post("/", "{}")), ErrorKind::transient, "it failed");
    CHECK(crm.tries() == 2);
  }
  SUBCASE("unless these may be repeated") {
    auto request = post("/", "{}");
    request.repeatable = true;
    crm.script->add(503);
    crm.script->add(200, "{}");
    check_body(crm.call(request), "{}");
  }
  SUBCASE("that ask for a longer wait than we have are given back with it") {
    crm.script->add(503, "", {{"Retry-After", "6"}});
    const auto response = crm.call();
    check_error(response, ErrorKind::transient, "503");
    CHECK(response.error().retry_after == 6s);
    CHECK(crm.tries() == 1);
  }
  SUBCASE("nonsense and cancellation are none") {
    crm.script->fail(ErrorKind::protocol);
    check_error(crm.call(), ErrorKind::protocol, "it failed");
    crm.script->fail(ErrorKind::cancelled);
    check_error(crm.call(), ErrorKind::cancelled, "");
    CHECK(crm.tries() == 2);
  }
}

TEST_CASE("rate limits") {
  Crm crm;
  SUBCASE("are waited out as told, by everybody on the account") {
    crm.script->add(429, "", {{"Retry-After", "4"}});
    crm.connect();
    const auto running = crm.loop.start(crm.api->call(post("/", "{}")));
    crm.loop.until([&] { return crm.script->answers.empty(); });
    crm.loop.settle();
    CHECK(crm.paused_for(4s));
    CHECK_FALSE(running->done);
    running->stop.emit(asio::cancellation_type::terminal);
    check_error(crm.loop.result(running), ErrorKind::cancelled, "");
  }
  SUBCASE("are no failures: any number of them, even of a POST") {
    for (int i = 0; i < 8; ++i) crm.script->add(429, "", {{"Retry-After", i % 2 ? "0" : "tomorrow, perhaps"}});
    crm.script->add(200, "{}");
    check_body(crm.call(post("/", "{}")), "{}");
    CHECK(crm.tries() == 9);
  }
  SUBCASE("longer than we may wait end the call, with the wait; the next call does not even ask") {
    crm.script->add(429, "", {{"Retry-After", "3600"}});
    const auto response = crm.call();
    check_error(response, ErrorKind::rate_limited, "429");
    CHECK(response.error().retry_after == 3600s);
    const auto next = crm.call();
    check_error(next, ErrorKind::rate_limited, "used up");
    REQUIRE(next.error().retry_after);
    CHECK(*next.error().retry_after > 3590s);
    CHECK(*next.error().retry_after <= 3600s);
    CHECK(crm.tries() == 1);
  }
  SUBCASE("as the dialect knows them count first") {
    crm.dialect.error = [](const Response&) { return Error(ErrorKind::rate_limited, "daily", 7200s); };
    crm.script->add(403, "", {{"Retry-After", "1"}});
    CHECK(crm.call().error().retry_after == 7200s);
  }
  SUBCASE("that never end, end the call") {
    crm.retry.longest_wait = 50ms;
    for (int i = 0; i < 10'000; ++i) crm.script->add(429, "", {{"Retry-After", "0"}});
    check_error(crm.call(), ErrorKind::rate_limited, "429");
    CHECK(crm.script->requests.size() < 100);
  }
  SUBCASE("of a lane count for that lane") {
    crm.limiter->set_lane("search", {1, 3'600'000ms});
    crm.script->add(200, "{}");
    crm.script->add(200, "{}");
    check_body(crm.call(get("/"), "search"), "{}");
    check_error(crm.call(get("/"), "search"), ErrorKind::rate_limited, "used up");
    check_body(crm.call(get("/")), "{}");
  }
  SUBCASE("make many wait for their turn, and all get it") {
    crm.limiter = std::make_shared<RateLimiter>(Rate{1, 1ms});
    crm.connect();
    std::vector<std::shared_ptr<Running<Result<Response>>>> running;
    for (int i = 0; i < 20; ++i) {
      crm.script->add(200, "{}");
      running.push_back(crm.loop.start(crm.api->call(get("/"))));
    }
    for (auto& one : running) check_body(crm.loop.result(one), "{}");
    CHECK(crm.tries() == 20);
  }
}

TEST_CASE("401") {
  Crm crm;
  crm.connect();
  SUBCASE("is tried once more with new credentials") {
    crm.script->add(401);
    crm.script->add(200, "{}");
    check_body(crm.call(post("/", "{}")), "{}");
    CHECK(header_of(crm.script->requests.at(1), "Authorization") == "Bearer 2");
  }
  SUBCASE("twice is the end: a CRM locks out who hammers it") {
    crm.script->add(401);
    crm.script->add(401);
    check_error(crm.call(), ErrorKind::unauthorized, "401");
    CHECK(crm.tries() == 2);
    CHECK(crm.login->refreshes == 1);
  }
  SUBCASE("is the end where there are no better credentials") {
    crm.login->can_refresh = false;
    crm.script->add(401);
    check_error(crm.call(), ErrorKind::unauthorized, "401");
    CHECK(crm.tries() == 1);
  }
  SUBCASE("with a renewal that fails gives that failure") {
    crm.login->refresh_error = Error(ErrorKind::transient, "no token today");
    crm.script->add(401);
    check_error(crm.call(), ErrorKind::transient, "no token today");
    CHECK(crm.tries() == 1);
  }
}

TEST_CASE("credentials that cannot be had") {
  Crm crm;
  crm.connect();
  SUBCASE("for good end the call before anything is sent") {
    crm.login->broken = Error(ErrorKind::unauthorized, "revoked");
    check_error(crm.call(post("/", "{}")), ErrorKind::unauthorized, "revoked");
    CHECK(crm.tries() == 0);
  }
  SUBCASE("just now are asked for again, even for what may not be repeated: it was never sent") {
    crm.login->broken = Error(ErrorKind::transient, "no token today");
    const auto running = crm.loop.start(crm.api->call(post("/", "{}")));
    crm.loop.steps(1, [] { return false; });
    crm.login->broken.reset();
    crm.script->add(200, "{}");
    check_body(crm.loop.result(running), "{}");
  }
}

TEST_CASE("a bearer token is the same for ever") {
  Loop loop;
  const auto token = bearer_token("abc");
  const auto headers = loop.wait(token->headers());
  REQUIRE(headers.has_value());
  CHECK(headers->at(0).name == "Authorization");
  CHECK(headers->at(0).value == "Bearer abc");
  CHECK(loop.wait(token->refresh()).value() == false);
}

TEST_CASE("a call is cancelled at any step of the way") {
  bool ended = false;
  for (std::size_t steps = 0; !ended; ++steps) {
    REQUIRE(steps < 1000);
    Crm crm;
    crm.connect();
    crm.script->add(503);
    crm.script->add(401);
    crm.script->add(429);
    crm.script->add(200, "{}");
    const auto running = crm.loop.start(crm.api->call(get("/")));
    crm.loop.steps(steps, [&] { return running->done; });
    ended = running->done;
    running->stop.emit(asio::cancellation_type::terminal);
    try {
      const auto response = crm.loop.result(running);
      if (!ended && !response.has_value()) check_error(response, ErrorKind::cancelled, "");
    } catch (const boost::system::system_error& aborted) {
      CHECK(aborted.code() == asio::error::operation_aborted);
      CHECK(steps == 0);
    }
  }
}
