// HubSpot's HTTP API as its documentation describes it (connectors/hubspot/README.md has the sources), on top of Crm.
// One object answers every request; what each part of the API does is in a file of its own.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "tests/crm_server/crm.h"
#include "tests/crm_server/exchange.h"
#include "tests/crm_server/faults.h"
#include "tests/crm_server/limits.h"

namespace crmsync::crm_server {

class Hubspot {
 public:
  Hubspot(Crm& crm, Faults& faults, Limits& limits) : crm_(crm), faults_(faults), limits_(limits) {}

  std::string token = "demo-token";
  std::set<std::string, std::less<>> scopes{
      "crm.objects.contacts.read", "crm.objects.contacts.write", "communication_preferences.read_write",
      "communication_preferences.statuses.batch.read", "communication_preferences.statuses.batch.write"};

  Reply handle(const Request& request);

 private:
  using Parts = std::vector<std::string>;
  using Met = std::vector<Fault>;
  struct Call {
    const Request& request;
    const Met& met;
    Parts parts;          // of the path, behind the API's own prefix
    nlohmann::json body;  // null: none
    std::vector<std::string> properties;
  };

  Reply answer(const Request& request, const Met& met);
  std::optional<Reply> refuse(const Request& request) const;
  std::optional<Reply> lacks(std::initializer_list<std::string_view> one_of) const;

  // contacts_api.cpp
  Reply contacts(Call& call);
  Reply list(const Call& call);
  Reply one(const Call& call);
  Reply batch(const Call& call);
  std::variant<Id, Reply> create(const nlohmann::json& input);
  Reply write(const Call& call);
  Reply merge(const Call& call);
  const Contact* find(const std::string& id, bool by_email, bool archived) const;
  void append(std::string& out, const Contact& contact, const Call& call) const;

  // properties_api.cpp
  Reply property_definitions(const Call& call) const;

  // search_api.cpp
  Reply search(const Call& call);

  // preferences_api.cpp
  Reply preferences(Call& call);
  Reply preferences_v3(Call& call);
  Reply preferences_batch(Call& call);
  Reply unsubscribe_all(const std::vector<std::string>& emails, const Call& call);
  std::string status_of(const std::string& email, const SubscriptionType& type, std::string_view reason) const;
  std::string statuses_of(const std::string& email, std::string_view reason = "") const;
  std::optional<std::string> set_status(const std::string& email, const nlohmann::json& input, const Call& call);
  std::string wide_status(const std::string& email, const Call& call) const;

  // account_api.cpp
  Reply account(const Call& call) const;

  Crm& crm_;
  Faults& faults_;
  Limits& limits_;
};

// The value of a contact's property as HubSpot writes it; nullopt: null.
std::optional<std::string> property_of(const Contact& contact, std::string_view name, bool stale);

}  // namespace crmsync::crm_server
