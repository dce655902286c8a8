// A small HubSpot in memory, as far as the connector uses it: contacts, search with its lag, archived, merged,
// properties, communication preferences, scopes. Answers requests as values; fake_client.h makes an http::Client of it.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/http/message.h"
#include "connectors/hubspot/record_id.h"
#include "core/domain/millis.h"

namespace crmsync::connectors::hubspot {

class FakeHubSpot {
 public:
  using json = nlohmann::json;

  struct ById {
    bool operator()(const std::string& a, const std::string& b) const { return id_before(a, b); }
  };
  struct Contact {
    std::map<std::string, json> properties;  // what is not there is null
    domain::Millis modified = 0;
    bool archived = false;
    bool broken = false;  // comes without properties
  };

  // Answers one request; what `fault` answers comes before.
  http::Response answer(const http::Request& request);

  std::map<std::string, Contact, ById> contacts;
  std::set<std::string> out;                                        // of everything, lower-case addresses
  std::map<std::string, std::map<std::string, std::string>> types;  // address -> subscription -> status
  std::set<std::string> definitions{"hs_email_optout", "email", "firstname", "lastname"};
  std::set<std::string> scopes{"crm.objects.contacts.read", "communication_preferences.read_write",
                               "communication_preferences.statuses.batch.read",
                               "communication_preferences.statuses.batch.write"};
  std::map<std::string, std::string> told;  // by lower-case address: each opt-out that was stored, as it was sent
  std::set<std::string> refused;            // addresses that HubSpot takes no opt-out of
  domain::Millis now = 0;
  domain::Millis lag = 0;   // until a search finds a change
  bool shows_nulls = true;  // a property without a value comes as null, or not at all
  bool hides_opt_out = false;
  bool stores_opt_outs = true;                 // or only says so
  std::optional<std::size_t> list_ends_after;  // pages; then it has lost the way
  std::vector<http::Header> headers;           // of every answer
  std::function<std::optional<http::Response>(const http::Request&)> fault;

  std::vector<http::Request> asked;
  std::size_t calls(std::string_view part) const;  // whose target has this in it

 private:
  http::Response contacts_list(const std::string& target);
  http::Response search(const json& body);
  http::Response preferences(const http::Request& request, std::string rest);
  http::Response batch(const std::string& what, const json& body);
  json row_of(const std::string& id, const Contact& contact) const;
  json value_of(const Contact& contact, const std::string& property) const;
  bool matches(const json& filter, const std::string& id, const Contact& contact) const;
  void opt_out(const std::string& email);
  std::optional<http::Response> lacks(std::initializer_list<const char*> any) const;
  std::size_t lists_ = 0;
};

http::Response json_answer(int status, const nlohmann::json& body);
// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(domain::Millis at);
// "2025-07-07T20:27:17.947Z"
std::string iso_time(domain::Millis at);

}  // namespace crmsync::connectors::hubspot
