// Communication preferences and the other small answers.
#include "connectors/hubspot/answers.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace crmsync::connectors::hubspot;

TEST_CASE("who is out of everything: the status says, not being listed") {
  const auto statuses = decode_unsubscribed(R"({"status":"COMPLETE","results":[
    {"subscriberIdString":"A@example.com","wideStatuses":[{"wideStatusType":"PORTAL_WIDE","status":"UNSUBSCRIBED"}]},
    {"subscriberIdString":"b@example.com","wideStatuses":[{"subscriberIdString":"b@example.com","status":"SUBSCRIBED"}]},
    {"subscriberIdString":"c@example.com","wideStatuses":[]},
    {"subscriberIdString":"d@example.com","wideStatuses":[{"status":"SUBSCRIBED"},{"status":"UNSUBSCRIBED"}]},
    {"subscriberIdString":"e@example.com","wideStatuses":[{"status":"WHATEVER"}]}]})");
  REQUIRE(statuses.has_value());
  CHECK(*statuses == Statuses{{"a@example.com", Status::unsubscribed},
                              {"b@example.com", Status::subscribed},
                              {"d@example.com", Status::unsubscribed}});
}

TEST_CASE("of one address an empty list means that it is not out of everything") {
  const auto none = decode_unsubscribed(R"({"status":"COMPLETE","results":[]})", "A@example.com");
  REQUIRE(none.has_value());
  CHECK(*none == Statuses{{"a@example.com", Status::not_specified}});
  const auto out = decode_unsubscribed(R"({"results":[{"status":"UNSUBSCRIBED"}]})", "A@example.com");
  REQUIRE(out.has_value());
  CHECK(*out == Statuses{{"a@example.com", Status::unsubscribed}});
  const auto odd = decode_unsubscribed(R"({"results":[{"status":"?"}]})", "A@example.com");
  REQUIRE(odd.has_value());
  CHECK(odd->empty());
}

TEST_CASE("what one subscription type says, of one address or of many") {
  const auto single = decode_statuses(
      R"({"status":"SUCCESS","results":[
         {"subscriberIdString":"jdoe@example.com","subscriptionId":39644612,"status":"UNSUBSCRIBED","legalBasis":null},
         {"subscriberIdString":"jdoe@example.com","subscriptionId":7,"status":"SUBSCRIBED"}]})",
      "39644612", "JDoe@example.com");
  REQUIRE(single.has_value());
  CHECK(*single == Statuses{{"jdoe@example.com", Status::unsubscribed}});
  const auto many = decode_statuses(
      R"({"results":[{"subscriberIdString":"a@x.example","statuses":[{"subscriptionId":7,"status":"SUBSCRIBED"}]},
                     {"subscriberIdString":"b@x.example","statuses":[{"subscriptionId":"7","status":"UNSUBSCRIBED"}]},
                     {"subscriberIdString":"c@x.example","statuses":[{"subscriptionId":8,"status":"UNSUBSCRIBED"}]}]})",
      "7");
  REQUIRE(many.has_value());
  CHECK(*many == Statuses{{"a@x.example", Status::subscribed}, {"b@x.example", Status::unsubscribed}});
}

TEST_CASE("addresses that errors name, wherever they stand in them") {
  const std::vector<std::string> sent{"A@example.com", "b@example.com", "c@example.com"};
  CHECK(named_in_errors(R"({"errors":[{"context":{"ids":["a@example.com"]}},{"context":{"email":["c@example.com"]}}]})",
                        sent) == std::set<std::string, std::less<>>{"a@example.com", "c@example.com"});
  CHECK(named_in_errors(R"({"results":[{"subscriberIdString":"b@example.com"}]})", sent).empty());
  CHECK(named_in_errors("", sent).empty());
}

TEST_CASE("what is none of these is refused") {
  for (const char* body : {"", "{}", "[]", "<html>", R"({"results":7})"}) {
    CAPTURE(body);
    CHECK_FALSE(decode_unsubscribed(body).has_value());
    CHECK_FALSE(decode_statuses(body, "7").has_value());
    CHECK_FALSE(find_subscription(body, "7").has_value());
    CHECK_FALSE(decode_definition(body).has_value());
    CHECK_FALSE(decode_scopes(body).has_value());
  }
  CHECK_FALSE(parse_small(std::string(200, '[') + std::string(200, ']')).has_value());
  CHECK(parse_small(std::string(60, '[') + std::string(60, ']')).has_value());
}

TEST_CASE("definitions, accounts, scopes and subscription types") {
  const auto definition =
      decode_definition(R"({"name":"hs_email_optout","type":"bool","dataSensitivity":"sensitive"})");
  REQUIRE(definition.has_value());
  CHECK(definition->type == "bool");
  CHECK(definition->sensitive);
  CHECK_FALSE(decode_definition(R"({"name":"x","type":"bool","dataSensitivity":"non_sensitive"})")->sensitive);
  const auto account = decode_account(R"({"portalId":62515,"utcOffsetMilliseconds":-14400000})");
  CHECK(account->portal == "62515");
  CHECK(account->utc_offset == -14'400'000);
  CHECK_FALSE(decode_account(R"({"utcOffsetMilliseconds":1e300})")->utc_offset.has_value());
  CHECK(decode_scopes(R"({"hubId":1,"scopes":["oauth","x"]})")->contains("x"));
  const char* types = R"({"results":[{"id":"12","name":"News"},{"id":13,"name":"Offers"}]})";
  CHECK(find_subscription(types, "13")->value() == "Offers");
  CHECK_FALSE(find_subscription(types, "14")->has_value());
}
