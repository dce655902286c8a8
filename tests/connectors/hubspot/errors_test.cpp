// What a status, an error body and the rate limit headers mean.
#include "connectors/hubspot/errors.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace crmsync::connectors::hubspot;
using namespace std::chrono_literals;
using crmsync::connectors::http::Header;
using crmsync::connectors::http::Response;

namespace {

// 2026-11-23T10:00:00Z
constexpr DayEnd kDay{1'795'428'000'000, std::nullopt};

Error error(int status, std::string body, std::vector<Header> headers = {}, DayEnd day = kDay) {
  Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return error_of(response, day);
}

const char* kMissing =
    R"({"status":"error","message":"This app hasn't been granted all required scopes to make this call.",
  "correlationId":"dc49c0a8-1111","errors":[{"message":"One or more of the following scopes are required.",
  "context":{"requiredGranularScopes":["crm.schemas.contacts.read","crm.objects.contacts.read"]}}],
  "category":"MISSING_SCOPES"})";

}  // namespace

TEST_CASE("each status has its reaction") {
  for (const auto& [status, kind] : std::vector<std::pair<int, ErrorKind>>{{400, ErrorKind::rejected},
                                                                           {401, ErrorKind::unauthorized},
                                                                           {404, ErrorKind::not_found},
                                                                           {408, ErrorKind::transient},
                                                                           {409, ErrorKind::stale},
                                                                           {414, ErrorKind::config},
                                                                           {422, ErrorKind::rejected},
                                                                           {423, ErrorKind::transient},
                                                                           {429, ErrorKind::rate_limited},
                                                                           {477, ErrorKind::rate_limited},
                                                                           {500, ErrorKind::transient},
                                                                           {503, ErrorKind::transient},
                                                                           {524, ErrorKind::transient}}) {
    CAPTURE(status);
    for (const char* body : {"", "{}", "<html>", "[1,2]", R"({"message":7,"errors":"x","category":null})"}) {
      CHECK(error(status, body).kind == kind);
      CHECK(error(status, body).message.find(std::to_string(status)) != std::string::npos);
    }
  }
}

TEST_CASE("a missing scope is named, wherever HubSpot names it") {
  const auto missing = error(403, kMissing);
  CHECK(missing.kind == ErrorKind::unauthorized);
  CHECK(is_missing_scope(missing));
  CHECK(missing.message.find("crm.schemas.contacts.read, crm.objects.contacts.read") != std::string::npos);
  CHECK(missing.message.find("dc49c0a8-1111") != std::string::npos);
  for (const char* key : {"requiredScopes", "missingScopes"})
    CHECK(error(403, std::string(R"({"category":"MISSING_SCOPES","context":{")") + key + R"(":["a.b"]}})")
              .message.find("a.b") != std::string::npos);
  CHECK(is_missing_scope(error(403, R"({"category":"MISSING_SCOPES"})")));
}

TEST_CASE("other refusals are no missing scope; those of the firewall may end by themselves") {
  const auto forbidden = error(403, R"({"category":"USER_DOES_NOT_HAVE_PERMISSIONS","message":"The creator left"})");
  CHECK(forbidden.kind == ErrorKind::unauthorized);
  CHECK_FALSE(is_missing_scope(forbidden));
  CHECK(error(403, "<html>blocked</html>").kind == ErrorKind::transient);
  CHECK_FALSE(is_missing_scope(error(401, R"({"category":"INVALID_AUTHENTICATION"})")));
}

TEST_CASE("a limit is waited for as long as it lasts") {
  const auto wait = [](const char* body, std::vector<Header> headers = {}, DayEnd day = kDay) {
    return error(429, body, std::move(headers), day).retry_after;
  };
  CHECK(wait(R"({"policyName":"TEN_SECONDLY_ROLLING"})") == 10s);
  CHECK(wait(R"({"message":"You have reached your ten_secondly_rolling limit."})") == 10s);
  CHECK(wait(R"({"policyName":"SECONDLY"})") == 1s);
  CHECK(wait(R"({"message":"You have reached your secondly limit."})") == 1s);
  CHECK_FALSE(wait(R"({"policyName":"SOMETHING_NEW"})").has_value());
  SUBCASE("the daily one until midnight of the account, or an hour while its time zone is not known") {
    const char* daily = R"({"message":"You have reached your daily limit.","policyName":"DAILY"})";
    CHECK(wait(daily) == 1h);
    CHECK(wait(daily, {}, {kDay.now, 0}) == 14h);
    CHECK(wait(daily, {}, {kDay.now, -5 * domain::kHour}) == 19h);
    CHECK(wait(daily, {}, {kDay.now, 14 * domain::kHour}) == 24h);
    CHECK(error(429, daily).message.find("daily") != std::string::npos);
  }
  SUBCASE("as Retry-After says, unless that is garbage") {
    CHECK(wait(R"({"policyName":"SECONDLY"})", {{"Retry-After", "7"}}) == 7s);
    CHECK(wait("", {{"Retry-After", "Mon, 23 Nov 2026 10:00:30 GMT"}}) == 30s);
    CHECK(wait(R"({"policyName":"SECONDLY"})", {{"Retry-After", "soon"}}) == 1s);
  }
}

TEST_CASE("no message has an address, a control character or more than a person reads") {
  for (const char* body : {R"({"message":"ann@example.com is invalid"})", R"({"message":"ann%40example.com"})",
                           R"({"message":"x","correlationId":"ann@example.com","category":"ann@example.com"})"}) {
    CHECK(error(400, body).message.find("example") == std::string::npos);
  }
  const auto long_one = error(400, R"({"message":")" + std::string(5000, 'x') + R"(\nforged log line"})").message;
  CHECK(long_one.size() < 400);
  CHECK(long_one.find('\n') == std::string::npos);
}

TEST_CASE("the headers tell the burst limit and what is left of the day") {
  Response response;
  response.headers = {{"X-HubSpot-RateLimit-Max", "190"},
                      {"X-HubSpot-RateLimit-Remaining", "96"},
                      {"X-HubSpot-RateLimit-Interval-Milliseconds", "10000"},
                      {"X-HubSpot-RateLimit-Daily", "250000"},
                      {"X-HubSpot-RateLimit-Daily-Remaining", "247292"},
                      {"X-HubSpot-RateLimit-Secondly", "19"}};
  const auto told = limit_headers(response);
  REQUIRE(told.rate.has_value());
  CHECK(told.rate->requests == 190);
  CHECK(told.rate->per >= 10s);
  CHECK(told.rate->per < 10'500ms);  // at least 95% of the limit is used
  CHECK(told.remaining == 96);
  CHECK(told.daily == 250'000);
  CHECK(told.daily_remaining == 247'292);
}

TEST_CASE("headers that are missing or make no sense tell nothing") {
  for (const char* max : {"", "0", "-5", "many", "1e5", "99999999999999999999"}) {
    Response response;
    response.headers = {{"X-HubSpot-RateLimit-Max", max}, {"X-HubSpot-RateLimit-Interval-Milliseconds", "10000"}};
    CAPTURE(max);
    CHECK_FALSE(limit_headers(response).rate.has_value());
  }
  CHECK_FALSE(limit_headers(Response{}).remaining.has_value());
}
