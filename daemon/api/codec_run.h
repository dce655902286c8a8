// Runs, their changes and what a connection is doing, as the API shows them. Pure. Used by routes and tests.
#pragma once

#include "daemon/api/json.h"
#include "daemon/engine/control.h"

namespace crmsync::api {

// {"id","connection","mode","trigger","state","counts","api_calls","started_at","duration_ms","error","note","phase"}
Json to_json(const store::RunRow& run);
Json to_json(const store::ChangeRow& change);
// {"run","changes","total_changes"}
Json to_json(const engine::PlanReport& plan);
Json to_json(const connectors::Probe& probe);

// What is known of a connection from the configuration and the engine, and from the store.
struct ConnectionView {
  std::string id;
  std::string account;
  std::optional<engine::ConnectionActivity> activity;  // nullopt: no longer configured
  std::optional<store::ConnectionState> state;         // nullopt: the store has not met it yet
  std::optional<store::RunRow> last_run;
};
// `now` decides about "stale": no completed poll for a day.
Json to_json(const ConnectionView& connection, domain::Millis now);

}  // namespace crmsync::api
