// What goes over the wire.
#include "connectors/hubspot/requests.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace crmsync::connectors::hubspot;
using crmsync::connectors::http::Request;
using crmsync::domain::PushKind;
using nlohmann::json;

namespace {

const Requests kRequests("2026-09", {"email", "hs_email_optout"});

json body_of(const Request& request) { return json::parse(request.body); }

}  // namespace

TEST_CASE("the list names its properties, its page and the archived") {
  CHECK(kRequests.list("", false, 100).target ==
        "/crm/objects/2026-09/contacts?limit=100&properties=email%2Chs_email_optout");
  CHECK(kRequests.list("334 52&x", true, 5).target ==
        "/crm/objects/2026-09/contacts?limit=5&archived=true&properties=email%2Chs_email_optout&after=334%2052%26x");
  CHECK(kRequests.list("", false, 1).method == "GET");
  CHECK(kRequests.list("", false, 1).body.empty());
}

TEST_CASE("a search has all five fields, pages by id and never by offset") {
  Search search;
  search.modified_since = 1764000000000;
  search.after_id = "512";
  const auto request = kRequests.search(search);
  CHECK(request.method == "POST");
  CHECK(request.repeatable);
  CHECK(request.target == "/crm/objects/2026-09/contacts/search");
  CHECK(body_of(request) == json::parse(R"({
    "filterGroups":[{"filters":[
      {"propertyName":"lastmodifieddate","operator":"GTE","value":"1764000000000"},
      {"propertyName":"hs_object_id","operator":"GT","value":"512"}]}],
    "sorts":[{"propertyName":"hs_object_id","direction":"ASCENDING"}],
    "properties":["email","hs_email_optout"],"limit":200,"after":"0"})"));
}

TEST_CASE("a search for any of several conditions has each in a group of its own, with the id") {
  Search search;
  search.any_of = {{"a", "true"}, {"b", "Yes"}};
  search.after_id = "7";
  search.limit = 20;
  const auto groups = body_of(kRequests.search(search))["filterGroups"];
  CHECK(groups == json::parse(R"([
    {"filters":[{"propertyName":"hs_object_id","operator":"GT","value":"7"},
                {"propertyName":"a","operator":"EQ","value":"true"}]},
    {"filters":[{"propertyName":"hs_object_id","operator":"GT","value":"7"},
                {"propertyName":"b","operator":"EQ","value":"Yes"}]}])"));
  CHECK(body_of(kRequests.search(Search{}))["filterGroups"] == json::array());
}

TEST_CASE("the largest search stays below the 3,000 characters that HubSpot takes") {
  Search search;
  search.modified_since = 1764000000000;
  search.after_id = "999999999999999999";
  std::vector<std::string> properties{"email", "firstname", "lastname", "lastmodifieddate", "hs_merged_object_ids"};
  for (std::size_t i = 0; i < kMostConditions; ++i) {
    const std::string name(80, 'p');
    search.any_of.push_back({name + std::to_string(i), std::string(80, 'v')});
    properties.push_back(name + std::to_string(i));
  }
  CHECK(Requests("2026-09", properties).search(search).body.size() < 3000);
}

TEST_CASE("opting out of everything and reading it back") {
  const std::vector<std::string> emails{"a+b@example.com", "z\xC3\xBC@example.com"};
  CHECK(kRequests.unsubscribe_all("a+b@example.com").target ==
        "/communication-preferences/2026-09/statuses/a%2Bb%40example.com/unsubscribe-all?channel=EMAIL");
  CHECK(kRequests.unsubscribe_all("a+b@example.com").method == "POST");
  CHECK(kRequests.unsubscribe_all("a+b@example.com").body.empty());
  CHECK(kRequests.is_unsubscribed("a+b@example.com").target ==
        "/communication-preferences/2026-09/statuses/a%2Bb%40example.com/unsubscribe-all?channel=EMAIL");
  CHECK(kRequests.is_unsubscribed("a+b@example.com").method == "GET");
  CHECK(kRequests.unsubscribe_all(emails).target ==
        "/communication-preferences/2026-09/statuses/batch/unsubscribe-all?channel=EMAIL");
  CHECK(body_of(kRequests.unsubscribe_all(emails)) == json{{"inputs", emails}});
  CHECK(kRequests.are_unsubscribed(emails).target ==
        "/communication-preferences/2026-09/statuses/batch/unsubscribe-all/read?channel=EMAIL");
  CHECK(body_of(kRequests.are_unsubscribed(emails)) == json{{"inputs", emails}});
}

TEST_CASE("one subscription type") {
  const std::vector<std::string> emails{"a@example.com"};
  const auto one = kRequests.set_status("a@example.com", "12345", PushKind::opt_out);
  CHECK(one.target == "/communication-preferences/2026-09/statuses/a%40example.com");
  CHECK(body_of(one) == json::parse(R"({"subscriptionId":12345,"statusState":"UNSUBSCRIBED","channel":"EMAIL"})"));
  const auto many = kRequests.set_statuses(emails, "12345", PushKind::opt_in);
  CHECK(many.target == "/communication-preferences/2026-09/statuses/batch/write");
  CHECK(body_of(many) == json::parse(R"({"inputs":[{"subscriptionId":12345,"statusState":"SUBSCRIBED",
                                         "channel":"EMAIL","subscriberIdString":"a@example.com"}]})"));
  CHECK(kRequests.statuses("a@example.com").target ==
        "/communication-preferences/2026-09/statuses/a%40example.com?channel=EMAIL");
  CHECK(kRequests.statuses(emails).target == "/communication-preferences/2026-09/statuses/batch/read?channel=EMAIL");
}

TEST_CASE("what is asked for once in a while") {
  CHECK(kRequests.property("hs_email_optout").target == "/crm/properties/2026-09/contacts/hs_email_optout");
  CHECK(kRequests.account().target == "/account-info/2026-09/details");
  CHECK(kRequests.definitions().target == "/communication-preferences/2026-09/definitions");
  CHECK(kRequests.token_info("pat-x").target.find("pat-x") == std::string::npos);
  CHECK(body_of(kRequests.token_info("pat-x")) == json{{"tokenKey", "pat-x"}});
}

TEST_CASE("an address that is no UTF-8 makes a request, not an exception") {
  const std::vector<std::string> emails{"\xFF@example.com"};
  CHECK_FALSE(kRequests.unsubscribe_all(emails).body.empty());
  CHECK(kRequests.is_unsubscribed("a/../b@example.com").target.find("..%2F") != std::string::npos);
}
