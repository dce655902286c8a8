#include "daemon/api/codec_history.h"

#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_job.h"
#include "daemon/api/times.h"

namespace crmsync::api {

Json to_json(const store::PushRow& push, domain::Millis now) {
  using store::PushState;
  const bool settled = push.state == PushState::acknowledged || push.state == PushState::superseded;
  const bool waits = push.state == PushState::pending || push.state == PushState::sent;
  Json json;
  json["id"] = id_text(push.id);
  json["connection"] = push.connection;
  json["external_id"] = text_or_null(push.external_id);
  json["contact"] = id_text(push.contact);
  json["email"] = push.address;
  json["kind"] = push.kind == domain::PushKind::opt_in ? "opt_in" : "opt_out";
  json["reason"] = domain::to_string(push.reason);
  json["state"] = store::to_string(push.state);
  json["attempts"] = push.attempts;
  json["created_at"] = to_rfc3339(push.created_at);
  json["next_at"] = waits ? Json(to_rfc3339(push.next_at)) : Json(nullptr);
  json["deadline_at"] = to_rfc3339(push.deadline_at);
  json["overdue"] = !settled && push.deadline_at < now;
  json["error"] = text_or_null(push.last_error);
  return json;
}

Json to_json(const store::AuditRow& entry) {
  Json json;
  json["seq"] = id_text(entry.seq);
  json["at"] = to_rfc3339(entry.at);
  json["who"] = entry.actor.who;
  json["from"] = entry.actor.from;
  json["basis"] = entry.actor.basis;
  json["action"] = entry.action;
  json["account"] = entry.account;
  json["contact"] = id_text(entry.contact);
  json["reason"] = text_or_null(entry.reason);
  json["source"] = text_or_null(entry.source);
  json["before"] = domain::to_string(entry.before);
  json["after"] = domain::to_string(entry.after);
  json["run"] = entry.run > 0 ? Json(id_text(entry.run)) : Json(nullptr);
  json["job"] = entry.run < 0 ? Json(job_text(-entry.run)) : Json(nullptr);
  json["detail"] = stored_object(entry.detail);
  return json;
}

Json to_json(const store::AuditVerdict& verdict) {
  Json json;
  json["ok"] = verdict.ok;
  json["entries"] = verdict.entries;
  json["links"] = verdict.links;
  json["problem"] = text_or_null(verdict.problem);
  return json;
}

Json to_json(const store::Reader::OutboxSummary& summary) {
  const auto count = [&](store::PushState state) {
    const auto found = summary.by_state.find(state);
    return found == summary.by_state.end() ? std::int64_t{0} : found->second;
  };
  Json json;
  json["connection"] = summary.connection;
  json["pending"] = count(store::PushState::pending);
  json["sent"] = count(store::PushState::sent);
  json["dead"] = count(store::PushState::dead);
  json["oldest_open_at"] = time_or_null(summary.oldest_open);
  json["overdue"] = summary.overdue;
  return json;
}

}  // namespace crmsync::api
