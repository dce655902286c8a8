// The section of the configuration.
#include "connectors/hubspot/options.h"

#include <doctest/doctest.h>

using namespace crmsync::connectors;
using namespace crmsync::connectors::hubspot;
using nlohmann::json;

namespace {

std::string problem_of(const char* key, const json& value) {
  json options = {{"token", "pat-na1-x"}};
  options[key] = value;
  const auto problems = check_options(options);
  REQUIRE(problems.size() <= 1);
  return problems.empty() ? "" : problems.front().key;
}

}  // namespace

TEST_CASE("a token is all that is needed") {
  CHECK(check_options({{"token", "pat-na1-x"}}).empty());
  const auto options = parse_options({{"token", "pat-na1-x"}});
  CHECK(options.base_url == "https://api.hubapi.com");
  CHECK(options.api_version == "2026-09");
  CHECK(options.sweep_every == 6 * crmsync::domain::kHour);
  CHECK(options.opted_out_when == std::vector<Condition>{{"hs_email_optout", "true"}});
  CHECK_FALSE(options.own_conditions);
}

TEST_CASE("a subscription type has a property of its own beside the one of all mail") {
  const auto options = parse_options({{"subscription_id", "12345"}});
  CHECK(options.opted_out_when ==
        std::vector<Condition>{{"hs_email_optout", "true"}, {"hs_email_optout_12345", "true"}});
}

TEST_CASE("conditions of the configuration replace the default") {
  const auto options =
      parse_options({{"opted_out_when", {{{"field", "do_not_mail"}, {"equals", "Yes"}}}}, {"sweep_every", "30m"}});
  CHECK(options.opted_out_when == std::vector<Condition>{{"do_not_mail", "Yes"}});
  CHECK(options.own_conditions);
  CHECK(options.sweep_every == 30 * crmsync::domain::kMinute);
}

TEST_CASE("a mistake is named by its key") {
  for (const auto& [key, value] :
       std::vector<std::pair<const char*, json>>{{"token", "two words"},
                                                 {"token", "line\nbreak"},
                                                 {"base_url", "api.hubapi.com"},
                                                 {"base_url", "https://user:secret@api.hubapi.com"},
                                                 {"base_url", "https://api.hubapi.com?x=1"},
                                                 {"api_version", "latest"},
                                                 {"api_version", "2026-9"},
                                                 {"api_version", "2026-09/../.."},
                                                 {"subscription_id", "news"},
                                                 {"subscription_id", 12345},
                                                 {"sweep_every", "10s"},
                                                 {"sweep_every", "31d"},
                                                 {"sweep_every", "often"},
                                                 {"proxy", "proxy:3128"},
                                                 {"proxy", "http://user:secret@proxy:3128"},
                                                 {"proxy_login", "user:secret"},
                                                 {"opted_out_when", json::array()},
                                                 {"opted_out_when", json::array({{{"field", "a b"}, {"equals", "x"}}})},
                                                 {"opted_out_when", json::array({{{"field", "a"}, {"equals", ""}}})},
                                                 {"ca_file", ""}}) {
    CAPTURE(key);
    CAPTURE(value.dump());
    CHECK(problem_of(key, value) == key);
  }
  for (const auto& [key, value] : std::vector<std::pair<const char*, json>>{{"base_url", "http://127.0.0.1:8711"},
                                                                            {"base_url", "https://x.example/prefix"},
                                                                            {"api_version", "v3"},
                                                                            {"proxy", "http://proxy:3128"},
                                                                            {"sweep_every", "30d"}}) {
    CAPTURE(value.dump());
    CHECK(problem_of(key, value).empty());
  }
}

TEST_CASE("conditions and a subscription type exclude each other") {
  const auto problems = check_options(
      {{"subscription_id", "1"}, {"opted_out_when", {{{"field", "hs_email_optout"}, {"equals", "true"}}}}});
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().key == "opted_out_when");
}
