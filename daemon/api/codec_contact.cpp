#include "daemon/api/codec_contact.h"

#include <charconv>

#include "daemon/api/times.h"

namespace crmsync::api {

std::string id_text(store::Id id) { return std::to_string(id); }

std::optional<store::Id> parse_id(std::string_view text) {
  store::Id id = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || stop != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

Json time_or_null(std::optional<domain::Millis> at) { return at ? Json(to_rfc3339(*at)) : Json(nullptr); }

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const domain::Suppression& suppression) {
  Json json;
  json["reason"] = domain::to_string(suppression.reason);
  json["source"] = suppression.source;
  json["since"] = to_rfc3339(suppression.since);
  json["evidence"] = stored_object(suppression.evidence);
  return json;
}

Json to_json(const store::RecordRow& record) {
  Json json;
  json["connection"] = record.connection;
  json["external_id"] = record.external_id;
  json["opted_out"] = record.opted_out ? Json(*record.opted_out) : Json(nullptr);
  json["modified_at"] = time_or_null(record.modified_at);
  json["deleted"] = record.deleted;
  return json;
}

Json to_json(const store::ContactRow& contact) {
  Json json;
  json["id"] = id_text(contact.id);
  json["account"] = contact.account;
  json["email"] = contact.address;
  json["status"] = domain::to_string(contact.status);
  json["mailable"] = contact.status == domain::Status::subscribed;
  json["reason"] = contact.reason ? Json(domain::to_string(*contact.reason)) : Json(nullptr);
  json["suppressions"] = Json::array();
  for (const auto& suppression : contact.suppressions) json["suppressions"].push_back(to_json(suppression));
  json["records"] = Json::array();
  for (const auto& record : contact.records) json["records"].push_back(to_json(record));
  json["display"] = contact.display;
  json["name"] = contact.name;
  json["changed_at"] = to_rfc3339(contact.changed_at);
  json["holds"] = contact.holds;
  return json;
}

Json to_json(const store::ConflictRow& conflict) {
  Json json;
  json["connection"] = conflict.connection;
  json["external_id"] = conflict.external_id;
  json["contact"] = id_text(conflict.contact);
  json["email"] = conflict.address;
  json["since"] = to_rfc3339(conflict.since);
  json["remaining"] = Json::array();
  for (const auto reason : conflict.remaining) json["remaining"].push_back(domain::to_string(reason));
  return json;
}

}  // namespace crmsync::api
