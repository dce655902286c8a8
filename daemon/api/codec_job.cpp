#include "daemon/api/codec_job.h"

#include "daemon/api/codec_contact.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

using store::Outcome;

std::optional<store::Id> parse_prefixed(char prefix, std::string_view text) {
  if (text.empty() || text.front() != prefix) return std::nullopt;
  return parse_id(text.substr(1));
}

Json reason_json(std::optional<domain::Reason> reason) {
  return reason ? Json(domain::to_string(*reason)) : Json(nullptr);
}

void add(Json& json, const std::string& name, std::int64_t n) { json[name] = json.value(name, std::int64_t{0}) + n; }

// {"resubscribed":N,"unsubscribed":N,"already":N,...,"refused":{"REASON":N}}; an import has outcomes of its own on top
Json counts_json(const store::JobRow& job) {
  Json counts{{"resubscribed", 0}, {"unsubscribed", 0}, {"already", 0}, {"restored", 0}, {"kept", 0}};
  Json refused = Json::object();
  for (const auto& [one, n] : job.counts) {
    if (!store::refused(one.outcome))
      add(counts, std::string(to_string(one.outcome)), n);
    else
      add(refused, std::string(one.reason ? domain::to_string(*one.reason) : to_string(one.outcome)), n);
  }
  counts["refused"] = std::move(refused);
  return counts;
}

// {"in_crm":N,"only_contact":N,...}: only what there is.
Json split_json(const store::JobRow& job) {
  Json split = Json::object();
  for (const auto& [one, n] : job.counts)
    if (store::refused(one.outcome)) add(split, std::string(to_string(one.outcome)), n);
  return split;
}

Json undone_json(store::Id number) {
  if (number == 0) return nullptr;
  return number > 0 ? Json{{"run", id_text(number)}} : Json{{"job", job_text(-number)}};
}

}  // namespace

std::string job_text(store::Id job) { return "j" + std::to_string(job); }
std::string selection_text(store::Id selection) { return "s" + std::to_string(selection); }
std::optional<store::Id> parse_job(std::string_view text) { return parse_prefixed('j', text); }
std::optional<store::Id> parse_selection(std::string_view text) { return parse_prefixed('s', text); }

Json to_json(const store::SelectionRow& selection) {
  const Json summary = stored_object(selection.summary);
  Json json;
  json["id"] = selection_text(selection.id);
  json["account"] = selection.account;
  json["count"] = selection.count;
  json["statuses"] = summary.value("statuses", Json::object());
  json["reasons"] = summary.value("reasons", Json::object());
  json["of"] = stored_object(selection.what);
  json["by"] = selection.who;
  json["made_at"] = to_rfc3339(selection.made_at);
  return json;
}

Json to_json(const store::JobRow& job) {
  Json json;
  json["id"] = job_text(job.id);
  json["account"] = job.account;
  json["kind"] = to_string(job.draft.kind);
  json["state"] = to_string(job.state);
  json["dry_run"] = job.draft.dry_run;
  json["selection"] = selection_text(job.draft.selection);
  json["reason"] = reason_json(job.draft.reason);
  json["undoes"] = undone_json(job.draft.undoes);
  json["phase"] = to_string(job.phase);
  json["total"] = job.total < 0 ? Json(nullptr) : Json(job.total);
  json["done"] = job.done;
  json["counts"] = counts_json(job);
  json["split"] = split_json(job);
  json["note"] = text_or_null(job.note);
  json["follow_up"] = job.follow_up == 0 ? Json(nullptr) : Json(job_text(job.follow_up));
  json["errors"] = job.errors;
  json["by"] = job.draft.actor.who;
  json["detail"] = stored_object(job.draft.detail);
  json["created_at"] = to_rfc3339(job.created_at);
  json["started_at"] = time_or_null(job.started_at);
  json["finished_at"] = time_or_null(job.finished_at);
  return json;
}

Json to_json(const store::OutcomeRow& row) {
  Json json;
  json["contact"] = id_text(row.contact);
  json["email"] = text_or_null(row.address);
  json["outcome"] = to_string(row.outcome.outcome);
  json["reason"] = reason_json(row.outcome.reason);
  return json;
}

Json to_json(const store::JobError& error) {
  Json json;
  json["line"] = error.line;
  json["message"] = error.message;
  return json;
}

std::string_view remedy_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::kept: return "Re-activate the contact in the CRM; the next sync resubscribes it.";
    case Outcome::refused_crm: return "Re-activate the contact in the CRM; the next sync resubscribes it.";
    case Outcome::refused_contact: return "Only the person can, on their preference page.";
    case Outcome::refused_support: return "Only support may lift this reason, with a ticket.";
    case Outcome::refused_forbidden: return "An administrator can set `resubscribe: allowed` for the account.";
    case Outcome::refused_unconfirmed: return "Repeat it with the confirmation of permission.";
    case Outcome::refused_ticket: return "Repeat it with the ticket.";
    case Outcome::suppressed: return "`crmsyncctl contacts explain` says who can lift what keeps it unsubscribed.";
    case Outcome::on_hold: return "Approve or reject the held run.";
    case Outcome::changed_since: return "Somebody has changed the contact since; look at its timeline.";
    default: return "";
  }
}

}  // namespace crmsync::api
