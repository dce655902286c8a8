#include "connectors/http/oauth.h"

#include <doctest/doctest.h>

#include "tests/connectors/http/client_fixture.h"
#include "tests/connectors/http/fake_client.h"

using namespace crmsync;
using namespace crmsync::connectors::http;
using namespace std::chrono_literals;

namespace {

using Headers = Result<std::vector<Header>>;

std::string token(const std::string& text, const std::string& more = ",\"expires_in\":1800") {
  return "{\"access_token\":\"" + text + "\",\"token_type\":\"bearer\"" + more + "}";
}

struct Office {
  Loop loop;
  std::shared_ptr<Script> script = std::make_shared<Script>();
  OAuth options{"/oauth/token", "id", "s&cret", "refresh-1", "", false, 60s};
  TimePoint now{1000h};
  std::vector<std::string> kept;
  std::unique_ptr<Authorizer> authorizer;

  Authorizer& auth() {
    if (!authorizer) {
      const auto keep = [this](const std::string& text) { kept.push_back(text); };
      authorizer =
          oauth2(options, {std::make_unique<FakeClient>(script), loop.executor(), keep, [this] { return now; }});
    }
    return *authorizer;
  }
  Headers headers() { return loop.wait(auth().headers()); }
  Result<bool> refresh() { return loop.wait(auth().refresh()); }

  void has(const std::string& text) {
    const auto got = headers();
    REQUIRE_MESSAGE(got.has_value(), got.error().message);
    REQUIRE(got->size() == 1);
    CHECK(got->at(0).name == "Authorization");
    CHECK(got->at(0).value == "Bearer " + text);
  }
  void fails(ErrorKind kind, const std::string& text) {
    const auto got = headers();
    REQUIRE_FALSE(got.has_value());
    CAPTURE(got.error().message);
    CHECK(std::string(to_string(got.error().kind)) == to_string(kind));
    CHECK(got.error().message.find(text) != std::string::npos);
    for (const char* secret : {"s&cret", "s%26cret", "refresh-1", "told-in-confidence"})
      CHECK(got.error().message.find(secret) == std::string::npos);
  }
  std::size_t asked() const { return script->requests.size(); }
};

}  // namespace

TEST_CASE("the request for a token") {
  Office office;
  office.script->add(200, token("a"));
  SUBCASE("with a refresh token") {
    office.has("a");
    const auto& request = office.script->requests.at(0);
    CHECK(request.method == "POST");
    CHECK(request.target == "/oauth/token");
    CHECK(request.content_type == "application/x-www-form-urlencoded");
    CHECK(request.body == "grant_type=refresh_token&refresh_token=refresh-1&client_id=id&client_secret=s%26cret");
    CHECK_FALSE(request.safe_to_repeat());
  }
  SUBCASE("with the client's own credentials") {
    office.options.refresh_token.clear();
    office.options.scope = "read write";
    office.has("a");
    CHECK(office.script->requests.at(0).body ==
          "grant_type=client_credentials&scope=read%20write&client_id=id&client_secret=s%26cret");
  }
  SUBCASE("with these in a header") {
    office.options.basic = true;
    office.has("a");
    CHECK(office.script->requests.at(0).body == "grant_type=refresh_token&refresh_token=refresh-1");
    CHECK(header_of(office.script->requests.at(0), "Authorization") == "Basic aWQ6cyUyNmNyZXQ=");
  }
}

TEST_CASE("a token is renewed ahead of its end") {
  Office office;
  office.script->add(200, token("a"));
  office.has("a");
  SUBCASE("not before it has to be") {
    office.now += 1739s;
    office.has("a");
    CHECK(office.asked() == 1);
  }
  SUBCASE("but then") {
    office.now += 1740s;
    office.script->add(200, token("b"));
    office.has("b");
    office.has("b");
    CHECK(office.asked() == 2);
  }
  SUBCASE("where that fails for now, the old one is good until its end, and nobody is hammered") {
    office.now += 1741s;
    office.script->fail(ErrorKind::transient);
    office.has("a");
    office.has("a");
    CHECK(office.asked() == 2);
    office.now += 10s;
    office.script->add(503);
    office.has("a");
    CHECK(office.asked() == 3);
    office.now += 49s;
    office.script->add(503);
    office.fails(ErrorKind::transient, "503");
    office.script->add(200, token("b"));
    office.has("b");
  }
}

TEST_CASE("how long a token lives") {
  Office office;
  SUBCASE("a short life is used to its half") {
    office.script->add(200, token("a", ",\"expires_in\":\"20\""));
    office.has("a");
    office.now += 9s;
    office.has("a");
    office.now += 1s;
    office.script->add(200, token("b"));
    office.has("b");
  }
  SUBCASE("without an end it is used until it is refused") {
    for (const char* more : {"", ",\"expires_in\":null", ",\"expires_in\":-5", ",\"expires_in\":\"soon\"",
                             ",\"expires_in\":1e300", ",\"expires_in\":{}"}) {
      CAPTURE(more);
      Office other;
      other.script->add(200, token("a", more));
      other.has("a");
      other.now += 24h * 365 * 20;
      other.has("a");
      CHECK(other.asked() == 1);
    }
  }
}

TEST_CASE("one renewal for all who wait") {
  Office office;
  Gate gate(office.loop);
  office.script->gate = &gate;
  office.script->add(200, token("a"));
  std::vector<std::shared_ptr<Running<Headers>>> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(office.loop.start(office.auth().headers()));
  const auto refreshing = office.loop.start(office.auth().refresh());
  office.loop.settle();
  REQUIRE(office.asked() == 1);
  SUBCASE("all get its token") {
    gate.open();
    for (auto& one : waiting) CHECK(office.loop.result(one)->at(0).value == "Bearer a");
    CHECK(office.loop.result(refreshing).value());
  }
  SUBCASE("all get its failure") {
    office.script->answers.clear();
    office.script->add(400, R"({"error":"invalid_grant"})");
    gate.open();
    for (auto& one : waiting) CHECK(office.loop.result(one).error().kind == ErrorKind::unauthorized);
    CHECK(office.loop.result(refreshing).error().kind == ErrorKind::unauthorized);
  }
  SUBCASE("who began it may go: the others still get it") {
    waiting[0]->stop.emit(asio::cancellation_type::terminal);
    CHECK(office.loop.result(waiting[0]).error().kind == ErrorKind::cancelled);
    gate.open();
    for (int i = 1; i < 5; ++i) CHECK(office.loop.result(waiting[i])->at(0).value == "Bearer a");
  }
  SUBCASE("it ends with its owner") {
    office.authorizer.reset();
    for (auto& one : waiting) CHECK(office.loop.result(one).error().kind == ErrorKind::cancelled);
  }
  CHECK(office.asked() == 1);
}

TEST_CASE("a refused access token") {
  Office office;
  office.script->add(200, token("a"));
  office.has("a");
  SUBCASE("is renewed though its time is not over") {
    office.now += 20s;
    office.script->add(200, token("b"));
    CHECK(office.refresh().value());
    office.has("b");
  }
  SUBCASE("that is brand new is none: another request has just renewed it") {
    office.now += 9s;
    CHECK(office.refresh().value());
    CHECK(office.asked() == 1);
    office.has("a");
  }
}

TEST_CASE("a new refresh token") {
  Office office;
  SUBCASE("is handed over and used from then on") {
    office.script->add(200, token("a", ",\"expires_in\":1800,\"refresh_token\":\"refresh-2\""));
    office.has("a");
    CHECK(office.kept == std::vector<std::string>{"refresh-2"});
    office.now += 1800s;
    office.script->add(200, token("b", ",\"refresh_token\":\"refresh-2\""));
    office.has("b");
    CHECK(office.script->requests.at(1).body.find("refresh_token=refresh-2&") != std::string::npos);
    CHECK(office.kept.size() == 1);
  }
  SUBCASE("means nothing where we have none") {
    office.options.refresh_token.clear();
    office.script->add(200, token("a", ",\"refresh_token\":\"refresh-2\""));
    office.has("a");
    CHECK(office.kept.empty());
  }
}

TEST_CASE("what the token endpoint refuses") {
  Office office;
  SUBCASE("for good is unauthorized, once and for all") {
    for (const char* code : {"invalid_grant", "invalid_client", "unauthorized_client", "access_denied"}) {
      CAPTURE(code);
      Office other;
      other.script->add(400, "{\"error\":\"" + std::string(code) + "\",\"error_description\":\"told-in-confidence\"}");
      other.fails(ErrorKind::unauthorized, code);
      other.fails(ErrorKind::unauthorized, code);
      CHECK(other.refresh().error().kind == ErrorKind::unauthorized);
      CHECK(other.asked() == 1);
    }
  }
  SUBCASE("without a reason we know is so, too, and its words are not repeated") {
    office.script->add(401, R"({"status":"BAD_CLIENT_ID","error":"told-in-confidence"})");
    office.fails(ErrorKind::unauthorized, "401");
    office.fails(ErrorKind::unauthorized, "401");
    CHECK(office.asked() == 1);
  }
  SUBCASE("ends a token that would still live") {
    office.script->add(200, token("a"));
    office.has("a");
    office.now += 1750s;
    office.script->add(400, R"({"error":"invalid_grant"})");
    office.fails(ErrorKind::unauthorized, "invalid_grant");
  }
  SUBCASE("for now is tried again the next time") {
    office.script->add(500);
    office.fails(ErrorKind::transient, "500");
    office.script->add(400, R"({"error":"temporarily_unavailable"})");
    office.fails(ErrorKind::transient, "temporarily_unavailable");
    office.script->fail(ErrorKind::transient);
    office.fails(ErrorKind::transient, "it failed");
    office.script->add(200, token("a"));
    office.has("a");
  }
  SUBCASE("by a rate limit says how long") {
    office.script->add(429, "", {{"Retry-After", "30"}});
    const auto got = office.headers();
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().kind == ErrorKind::rate_limited);
    CHECK(got.error().retry_after == 30s);
  }
}

TEST_CASE("an answer without a usable token is nonsense") {
  for (const char* body : {"", "<html>", "[]", "{}", "{\"access_token\":\"\"}", "{\"access_token\":5}",
                           "{\"access_token\":\"a\"", "{\"access_token\":\"a\",\"token_type\":\"mac\"}", "\"a\""}) {
    CAPTURE(body);
    Office office;
    office.script->add(200, body);
    office.fails(ErrorKind::protocol, "the token endpoint answers with");
  }
  Office office;
  office.script->add(200,
                     "{\"access_token\":\"a\",\"deep\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}");
  office.has("a");
}
