#include "daemon/api/codec_run.h"

#include "daemon/api/codec_contact.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

Json counts_json(const store::RunCounts& counts) {
  Json json;
  json["fetched"] = counts.fetched;
  json["new"] = counts.added;
  json["unchanged"] = counts.unchanged;
  json["unsubscribed"] = counts.unsubscribed;
  json["resubscribed"] = counts.resubscribed;
  json["kept_unsubscribed"] = counts.kept_unsubscribed;
  json["deleted"] = counts.deleted;
  json["invalid"] = counts.invalid;
  json["unknown"] = counts.unknown;
  json["duplicates"] = counts.duplicates;
  json["held"] = counts.held;
  return json;
}

bool is_stale(const ConnectionView& connection, domain::Millis now) {
  return !connection.state || !connection.state->last_poll_at || now - *connection.state->last_poll_at > domain::kDay;
}

}  // namespace

Json to_json(const store::RunRow& run) {
  Json json;
  json["id"] = id_text(run.id);
  json["connection"] = run.connection;
  json["mode"] = store::to_string(run.mode);
  json["trigger"] = store::to_string(run.trigger);
  json["state"] = store::to_string(run.state);
  json["counts"] = counts_json(run.counts);
  json["api_calls"] = run.api_calls;
  json["started_at"] = to_rfc3339(run.started_at);
  json["duration_ms"] = run.duration_ms;
  json["error"] = text_or_null(run.error);
  json["note"] = text_or_null(run.note);
  json["phase"] = run.state == store::RunState::running ? text_or_null(run.phase) : Json(nullptr);
  return json;
}

Json to_json(const store::ChangeRow& change) {
  Json json;
  json["id"] = id_text(change.id);
  json["run"] = id_text(change.run);
  json["connection"] = change.connection;
  json["external_id"] = change.external_id;
  json["contact"] = id_text(change.contact);
  json["email"] = change.address;
  json["kind"] = store::to_string(change.kind);
  json["state"] = store::to_string(change.state);
  json["note"] = text_or_null(change.note);
  json["opted_out"] = change.remote.opted_out ? Json(*change.remote.opted_out) : Json(nullptr);
  json["modified_at"] = time_or_null(change.remote.modified_at);
  json["deleted"] = change.remote.deleted;
  json["evidence"] = text_or_null(change.remote.evidence);
  return json;
}

Json to_json(const engine::PlanReport& plan) {
  Json json;
  json["run"] = to_json(plan.run);
  json["changes"] = Json::array();
  for (const auto& change : plan.changes) json["changes"].push_back(to_json(change));
  json["total_changes"] = plan.total_changes;
  return json;
}

Json to_json(const connectors::Probe& probe) {
  Json json;
  json["ok"] = true;
  json["verdicts"] = Json::array();
  for (const auto& verdict : probe.verdicts) {
    Json one;
    one["check"] = verdict.check;
    one["ok"] = verdict.ok;
    one["detail"] = verdict.detail;
    if (!verdict.ok) json["ok"] = false;
    json["verdicts"].push_back(std::move(one));
  }
  json["samples"] = Json::array();
  for (const auto& sample : probe.samples) {
    Json one;
    one["external_id"] = sample.external_id;
    one["email"] = sample.email;
    one["opted_out"] = sample.opted_out ? Json(*sample.opted_out) : Json(nullptr);
    one["modified_at"] = time_or_null(sample.modified_at);
    json["samples"].push_back(std::move(one));
  }
  return json;
}

Json to_json(const ConnectionView& connection, domain::Millis now) {
  const auto& activity = connection.activity;
  const auto& state = connection.state;
  Json json;
  json["id"] = connection.id;
  json["account"] = connection.account;
  json["configured"] = activity.has_value();
  json["connector"] = activity ? Json(activity->connector) : Json(nullptr);
  json["state"] = activity ? activity->state : "gone";
  json["next_due_at"] = time_or_null(activity ? activity->next_due : std::nullopt);
  json["failures"] = activity ? activity->failures : 0;
  json["last_error"] = text_or_null(activity ? activity->last_error : "");
  json["attention"] = text_or_null(state ? state->attention : "");
  json["records"] = state ? state->records : 0;
  json["last_poll_at"] = time_or_null(state ? state->last_poll_at : std::nullopt);
  json["last_full_at"] = time_or_null(state ? state->last_full_at : std::nullopt);
  json["stale"] = is_stale(connection, now);
  json["last_run"] = connection.last_run ? to_json(*connection.last_run) : Json(nullptr);
  return json;
}

}  // namespace crmsync::api
