#include "daemon/api/codec_event.h"

#include "core/domain/email_address.h"
#include "daemon/api/nearest.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

constexpr std::size_t kMostEvidence = 16 * 1024;
constexpr std::size_t kLongestId = 255;
constexpr const char* kWhat = "The event";

std::vector<std::string> type_names() {
  std::vector<std::string> names;
  for (int type = 0; type <= static_cast<int>(domain::EventType::failed_validation); ++type)
    names.emplace_back(domain::to_string(static_cast<domain::EventType>(type)));
  return names;
}

void read_type(BodyFields& fields, store::EventIn& event) {
  const std::string name = fields.required_text("type");
  if (const auto type = domain::parse_event_type(name))
    event.type = *type;
  else
    fields.refuse("The event: its type is not known.", suggestion(name, type_names()));
}

void read_address(BodyFields& fields, store::EventIn& event) {
  std::string why;
  const auto address = domain::parse_email_address(fields.required_text("email"), &why);
  if (address)
    event.address = address->identity, event.display = address->display;
  else
    fields.refuse("The event: \"email\" is not an e-mail address: " + why + ".", "Correct it and send it again.");
}

void read_time(BodyFields& fields, store::EventIn& event, domain::Millis now) {
  event.at = now;
  const auto text = fields.text("at");
  if (!text) return;
  const auto at = parse_rfc3339(*text);
  if (!at)
    fields.refuse("The event: \"at\" is not a time.", "Send it as RFC 3339, such as 2026-11-23T10:00:00Z.");
  else if (*at > now + domain::kDay)
    fields.refuse("The event: \"at\" lies in the future.", "Correct the sender's clock, or leave \"at\" out.");
  else
    event.at = *at;
}

void read_evidence(BodyFields& fields, store::EventIn& event) {
  event.evidence = "{}";
  const Input* evidence = fields.object("evidence");
  if (evidence == nullptr) return;
  event.evidence = evidence->dump(-1, ' ', false, Input::error_handler_t::replace);
  if (event.evidence.size() > kMostEvidence)
    fields.refuse("The event: \"evidence\" is too large.",
                  "At most " + std::to_string(kMostEvidence) + " bytes are taken; keep what proves the event.");
}

}  // namespace

std::variant<store::EventIn, Problem> parse_event(const Input& json, const std::string& account, domain::Millis now) {
  BodyFields fields(json, kWhat);
  store::EventIn event;
  event.id = fields.text("id", kLongestId).value_or("");
  event.account = fields.text("account").value_or(account);
  read_type(fields, event);
  read_address(fields, event);
  read_time(fields, event, now);
  event.source = fields.text("source", kLongestId).value_or("events");
  read_evidence(fields, event);
  if (auto problem = fields.problem()) return std::move(*problem);
  return event;
}

}  // namespace crmsync::api
