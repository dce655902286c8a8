#include "daemon/api/explain.h"

#include <algorithm>

#include "core/domain/operator_rules.h"
#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_history.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

using domain::Reason;

std::string_view in_words(Reason reason) noexcept {
  switch (reason) {
    case Reason::spam_complaint: return "the person reported a mail as spam";
    case Reason::contact: return "the person unsubscribed";
    case Reason::manual: return "an operator unsubscribed them";
    case Reason::hard_bounce: return "the address does not exist";
    case Reason::failed_validation: return "the address is not valid";
    case Reason::integration: return "the CRM opted them out";
    case Reason::archived: return "an import left them out";
    case Reason::blocked: return "the receiving server refused mail repeatedly";
    case Reason::soft_bounce: return "mail bounced repeatedly";
    case Reason::deferral: return "the receiving server kept deferring mail";
  }
  return "of an unknown reason";
}

std::string connection_of(const domain::Suppression& suppression) {
  return suppression.source.substr(0, suppression.source.find(':'));
}

std::string record_of(const domain::Suppression& suppression) {
  const auto colon = suppression.source.find(':');
  return colon == std::string::npos ? "" : suppression.source.substr(colon + 1);
}

bool configured(const Explanation& about, const domain::Suppression& suppression) {
  return suppression.reason == Reason::integration && about.connections.contains(connection_of(suppression));
}

std::string lift_sentence(const Explanation& about, const domain::Suppression& suppression) {
  return domain::how_to_lift(suppression, about.integrated, configured(about, suppression), about.resubscribe_allowed);
}

// With the confirmation, where one is asked for: that is in their hands.
bool operator_may_lift(const Explanation& about, const domain::Suppression& suppression) {
  domain::LiftRequest request;
  request.resubscribe_allowed = about.resubscribe_allowed;
  request.integrated = about.integrated;
  request.connection_configured = configured(about, suppression);
  request.permission_confirmed = true;
  return !domain::refuse_lift(suppression, request);
}

// The suppression that `contact.reason` is about.
const domain::Suppression* shown(const store::ContactRow& contact) {
  const auto found = std::find_if(contact.suppressions.begin(), contact.suppressions.end(),
                                  [&](const auto& s) { return contact.reason == s.reason; });
  return found == contact.suppressions.end() ? nullptr : &*found;
}

Json pushes_for(const Explanation& about, Reason reason) {
  Json json = Json::array();
  for (const auto& push : about.pushes)
    if (push.reason == reason && push.kind == domain::PushKind::opt_out) json.push_back(to_json(push, about.now));
  return json;
}

std::string told_sentence(const Explanation& about, const domain::Suppression& suppression, const Json& pushes) {
  const auto& traits = domain::traits(suppression.reason);
  if (suppression.reason == Reason::integration) return "It came from the CRM.";
  if (traits.local_only) return "The CRM is never told: it is about delivery, not about what the person wants.";
  if (!traits.pushed) return "The CRM is not told about this reason.";
  if (pushes.empty())
    return about.contact.records.empty() ? "There is no CRM record to tell." : "No CRM had to be told.";
  std::string text = "Told to the CRM: ";
  for (std::size_t i = 0; i < pushes.size(); ++i)
    text +=
        (i == 0 ? "" : ", ") + pushes[i]["connection"].get<std::string>() + " " + pushes[i]["state"].get<std::string>();
  return text + ".";
}

Json url_of(const Explanation& about, const std::string& connection, const std::string& external_id) {
  const auto url = about.record_url ? about.record_url(connection, external_id) : std::nullopt;
  return url ? Json(*url) : Json(nullptr);
}

Json suppression_json(const Explanation& about, const domain::Suppression& suppression) {
  Json json = to_json(suppression);
  const Json pushes = pushes_for(about, suppression.reason);
  json["means"] = in_words(suppression.reason);
  json["who_can_lift"] = lift_sentence(about, suppression);
  json["operator_may_lift"] = operator_may_lift(about, suppression);
  json["pushed"] = domain::traits(suppression.reason).pushed && !pushes.empty();
  json["crm"] = told_sentence(about, suppression, pushes);
  json["pushes"] = pushes;
  json["record_url"] = suppression.reason == Reason::integration
                           ? url_of(about, connection_of(suppression), record_of(suppression))
                           : Json(nullptr);
  return json;
}

Json record_json(const Explanation& about, const store::RecordRow& record) {
  Json json = to_json(record);
  json["url"] = url_of(about, record.connection, record.external_id);
  return json;
}

Json hold_json(const std::string& why) {
  constexpr std::string_view kHeldRun = "held run ";
  Json json;
  json["why"] = why;
  if (why.starts_with(kHeldRun))
    json["next"] =
        "Look at the run (`crmsyncctl run changes " + why.substr(kHeldRun.size()) + "`), then approve or reject it.";
  else
    json["next"] =
        "Find the two automations in the CRM that fight about this record; it is released by itself after a "
        "day without a change.";
  return json;
}

}  // namespace

std::string summary_of(const store::ContactRow& contact) {
  if (contact.status == domain::Status::subscribed) return "This contact is subscribed and may be mailed.";
  if (contact.status == domain::Status::on_hold)
    return "This contact is on hold and is not mailed until somebody has looked: " +
           (contact.holds.empty() ? "a sync would change it" : contact.holds.front()) + ".";
  const auto* main = shown(contact);
  if (main == nullptr) return "This contact is unsubscribed.";
  std::string text = "This contact is not mailed because " + std::string(in_words(main->reason));
  if (main->reason == Reason::integration) text += " (" + connection_of(*main) + ", record " + record_of(*main) + ")";
  text += ", since " + to_rfc3339(main->since).substr(0, 10);
  const auto others = contact.suppressions.size() - 1;
  if (others == 1) text += ", and for 1 other reason";
  if (others > 1) text += ", and for " + std::to_string(others) + " other reasons";
  return text + ".";
}

std::string next_step(const Explanation& about) {
  const auto& contact = about.contact;
  if (contact.status == domain::Status::subscribed) return "Nothing has to be done.";
  if (contact.status == domain::Status::on_hold && !contact.holds.empty())
    return hold_json(contact.holds.front())["next"].get<std::string>();
  if (contact.suppressions.empty()) return "Look at the timeline.";
  if (contact.suppressions.size() == 1) return lift_sentence(about, contact.suppressions.front());
  std::string text = "Every reason has to end:";
  for (const auto& suppression : contact.suppressions)
    text += " " + std::string(domain::to_string(suppression.reason)) + ": " + lift_sentence(about, suppression);
  return text;
}

Json explain(const Explanation& about) {
  Json json;
  json["contact"] = to_json(about.contact);
  json["summary"] = summary_of(about.contact);
  json["next"] = next_step(about);
  json["suppressions"] = Json::array();
  for (const auto& suppression : about.contact.suppressions)
    json["suppressions"].push_back(suppression_json(about, suppression));
  json["records"] = Json::array();
  for (const auto& record : about.contact.records) json["records"].push_back(record_json(about, record));
  json["holds"] = Json::array();
  for (const auto& hold : about.contact.holds) json["holds"].push_back(hold_json(hold));
  json["pushes"] = Json::array();
  for (const auto& push : about.pushes) json["pushes"].push_back(to_json(push, about.now));
  json["timeline"] = Json::array();
  for (const auto& entry : about.timeline) json["timeline"].push_back(to_json(entry));
  json["timeline_complete"] = about.whole_timeline;
  return json;
}

}  // namespace crmsync::api
