// The store's rows in the shapes that scripts read (see the interface contract in the README). Used by the routes.
#pragma once

#include <nlohmann/json.hpp>

#include "core/store/types.h"
#include "daemon/engine/control.h"

namespace crmsync::api {

using Json = nlohmann::ordered_json;

std::string rfc3339(domain::Millis at);
std::optional<domain::Millis> parse_rfc3339(const std::string& text);
Json parsed_or_text(const std::string& json);  // evidence and details are JSON objects kept as text

Json to_json(const store::ContactRow& contact);
Json to_json(const store::RunRow& run);
Json to_json(const store::ChangeRow& change);
Json to_json(const store::PushRow& push);
Json to_json(const store::AuditRow& entry);
Json to_json(const store::ConflictRow& conflict);
Json to_json(const store::ConnectionState& state, const engine::ConnectionActivity* activity);
Json to_json(const connectors::Probe& probe);
// contact plus, for each suppression, who can lift it and how, its pushes, a sentence and the timeline.
Json explain(const store::ContactRow& contact, const std::vector<store::PushRow>& pushes,
             const std::vector<store::AuditRow>& timeline, const config::Config& config);

}  // namespace crmsync::api
