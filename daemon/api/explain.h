// Why a contact is in the state it is in, for people: one sentence, what to do next, and for each suppression who can
// lift it and whether the CRM was told. Pure. Used by the route contacts/{id}/explain.
#pragma once

#include <functional>
#include <set>

#include "core/store/types.h"
#include "daemon/api/json.h"

namespace crmsync::api {

struct Explanation {
  store::ContactRow contact;
  std::vector<store::PushRow> pushes;
  std::vector<store::AuditRow> timeline;  // oldest first
  bool whole_timeline = true;
  bool integrated = false;            // the account has a connection
  bool resubscribe_allowed = false;   // the account's option: may its operators resubscribe at all
  std::set<std::string> connections;  // of the configuration
  std::function<std::optional<std::string>(const std::string& connection, const std::string& external_id)> record_url;
  domain::Millis now = 0;
};

// {"contact","summary","next","suppressions","records","holds","pushes","timeline","timeline_complete"}
Json explain(const Explanation& about);

// The parts of it that are sentences.
std::string summary_of(const store::ContactRow& contact);
std::string next_step(const Explanation& about);

}  // namespace crmsync::api
