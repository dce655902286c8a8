#include "daemon/api/past_state.h"

#include "daemon/api/codec_contact.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

using Basis = PastState::Basis;

constexpr std::size_t kPage = 1000;

std::vector<store::AuditRow> entries_of(store::Reader& reader, store::Id contact) {
  std::vector<store::AuditRow> all;
  for (store::Id after = 0;; after = all.back().seq) {
    auto page = reader.audit("", contact, kPage, after);
    const bool last = page.size() < kPage;
    std::move(page.begin(), page.end(), std::back_inserter(all));
    if (last) return all;
  }
}

std::string_view name_of(Basis basis) {
  switch (basis) {
    case Basis::log: return "log";
    case Basis::no_entry: return "no_entry";
    case Basis::not_known: break;
  }
  return "not_known";
}

std::string note_on(const PastState& past) {
  if (past.basis == Basis::not_known) return "This contact came later: nothing is known of it at that time.";
  if (past.basis == Basis::log)
    return past.state.problem().empty() ? "Rebuilt from the audit log."
                                        : "The audit log does not fit together: " + past.state.problem() +
                                              ". `crmsyncctl audit verify` checks all of it.";
  if (!past.first_entry_at) return "Nothing was ever against mailing this contact.";
  return "The log begins with " + to_rfc3339(*past.first_entry_at) +
         " for this contact: if it was known here at that time, nothing was against mailing it.";
}

std::string hold_text(const std::string& hold) {
  if (hold.starts_with("job:")) return "held job j" + hold.substr(4);
  return hold.starts_with("change:") ? "a change of a held run" : "the CRM record flips too often";
}

}  // namespace

PastState past_state(store::Reader& reader, const store::ContactRow& contact, domain::Millis at) {
  PastState past;
  past.at = at;
  const auto entries = entries_of(reader, contact.id);
  // The order is that of the log, even if the clock was set back in between.
  std::size_t count = 0;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].at <= at) count = i + 1;
  for (std::size_t i = 0; i < count; ++i) past.state.feed(entries[i]);
  if (!entries.empty()) past.first_entry_at = entries.front().at;
  // Nothing moves the last change of a contact without an entry: it is when the contact came.
  const bool came_later = entries.empty() && at < contact.changed_at;
  past.basis = count > 0 ? Basis::log : came_later ? Basis::not_known : Basis::no_entry;
  return past;
}

Json to_json(const store::ContactRow& contact, const PastState& past) {
  const bool known = past.basis != Basis::not_known;
  const auto reason = past.state.reason();
  Json json;
  json["id"] = id_text(contact.id);
  json["account"] = contact.account;
  json["email"] = contact.address;
  json["at"] = to_rfc3339(past.at);
  json["status"] = known ? Json(domain::to_string(past.state.status())) : Json(nullptr);
  json["mailable"] = known && past.state.status() == domain::Status::subscribed;
  json["reason"] = reason ? Json(domain::to_string(*reason)) : Json(nullptr);
  json["suppressions"] = Json::array();
  for (const auto& suppression : past.state.active()) json["suppressions"].push_back(to_json(suppression));
  json["holds"] = Json::array();
  for (const auto& hold : past.state.holds()) json["holds"].push_back(hold_text(hold));
  json["basis"] = name_of(past.basis);
  json["note"] = note_on(past);
  return json;
}

}  // namespace crmsync::api
