// The counts of an account as the status and the history show them. Used by their routes.
#pragma once

#include "core/store/types.h"
#include "daemon/api/json.h"

namespace crmsync::api {

// {"subscribed","unsubscribed","on_hold"}
inline Json status_counts(const store::ContactCounts& counts) {
  Json json;
  for (const auto status : {domain::Status::subscribed, domain::Status::unsubscribed, domain::Status::on_hold}) {
    const auto found = counts.by_status.find(status);
    json[std::string(domain::to_string(status))] = found == counts.by_status.end() ? 0 : found->second;
  }
  return json;
}

// {REASON: contacts with at least one active suppression of it}; those that nobody has are left out.
inline Json reason_counts(const store::ContactCounts& counts) {
  Json json = Json::object();
  for (const auto& [reason, count] : counts.by_reason) json[std::string(domain::to_string(reason))] = count;
  return json;
}

}  // namespace crmsync::api
