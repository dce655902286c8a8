#include "daemon/api/json_codec.h"

#include <chrono>
#include <cstdio>

namespace crmsync::api {

namespace {

Json maybe_time(const std::optional<domain::Millis>& at) { return at ? Json(rfc3339(*at)) : Json(nullptr); }
Json maybe_text(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

bool is_configured(const config::Config& config, const std::string& source) {
  for (const auto& account : config.accounts)
    for (const auto& connection : account.connections)
      if (source.starts_with(connection.id + ":")) return true;
  return false;
}

bool is_integrated(const config::Config& config, const std::string& account) {
  for (const auto& one : config.accounts)
    if (one.id == account) return one.integrated();
  return false;
}

}  // namespace

std::string rfc3339(domain::Millis at) {
  using namespace std::chrono;
  const sys_time<milliseconds> moment{milliseconds(at)};
  const auto day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss time(moment - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text;
}

std::optional<domain::Millis> parse_rfc3339(const std::string& text) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  std::string rest = text.substr(static_cast<std::size_t>(used));
  domain::Millis milli = 0, scale = 100;
  if (rest.starts_with('.')) {
    std::size_t i = 1;
    for (; i < rest.size() && rest[i] >= '0' && rest[i] <= '9'; ++i, scale /= 10) milli += (rest[i] - '0') * scale;
    rest.erase(0, i);
  }
  int zone = 0, zh = 0, zm = 0;
  if (rest != "Z" && std::sscanf(rest.c_str(), "%3d:%2d", &zh, &zm) != 2) return std::nullopt;
  if (rest != "Z") zone = zh * 60 + (rest[0] == '-' ? -zm : zm);
  return ((sys_days(date).time_since_epoch().count() * 24LL + h) * 60 + mi - zone) * 60'000LL + s * 1000LL + milli;
}

Json parsed_or_text(const std::string& text) {
  auto value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? Json(text) : value;
}

Json to_json(const store::ContactRow& c) {
  Json suppressions = Json::array(), records = Json::array();
  for (const auto& s : c.suppressions)
    suppressions.push_back({{"reason", domain::to_string(s.reason)},
                            {"source", s.source},
                            {"since", rfc3339(s.since)},
                            {"evidence", parsed_or_text(s.evidence)}});
  for (const auto& r : c.records)
    records.push_back({{"connection", r.connection},
                       {"external_id", r.external_id},
                       {"opted_out", r.opted_out ? Json(*r.opted_out) : Json(nullptr)},
                       {"modified_at", maybe_time(r.modified_at)},
                       {"deleted", r.deleted}});
  return {{"id", std::to_string(c.id)},
          {"account", c.account},
          {"email", c.display.empty() ? c.address : c.display},
          {"name", c.name},
          {"status", domain::to_string(c.status)},
          {"mailable", c.status == domain::Status::subscribed},
          {"reason", c.reason ? Json(domain::to_string(*c.reason)) : Json(nullptr)},
          {"changed_at", rfc3339(c.changed_at)},
          {"suppressions", suppressions},
          {"records", records},
          {"holds", c.holds}};
}

Json to_json(const store::RunRow& r) {
  const auto& c = r.counts;
  return {{"id", std::to_string(r.id)},
          {"connection", r.connection},
          {"mode", to_string(r.mode)},
          {"trigger", to_string(r.trigger)},
          {"state", to_string(r.state)},
          {"counts",
           {{"fetched", c.fetched},
            {"new", c.added},
            {"unchanged", c.unchanged},
            {"unsubscribed", c.unsubscribed},
            {"resubscribed", c.resubscribed},
            {"kept_unsubscribed", c.kept_unsubscribed},
            {"deleted", c.deleted},
            {"invalid", c.invalid},
            {"unknown", c.unknown},
            {"duplicates", c.duplicates},
            {"held", c.held}}},
          {"api_calls", r.api_calls},
          {"started_at", rfc3339(r.started_at)},
          {"duration_ms", r.duration_ms},
          {"error", maybe_text(r.error)},
          {"note", maybe_text(r.note)}};
}

Json to_json(const store::ChangeRow& c) {
  return {{"id", std::to_string(c.id)},   {"run", std::to_string(c.run)},         {"connection", c.connection},
          {"external_id", c.external_id}, {"contact", std::to_string(c.contact)}, {"email", c.address},
          {"kind", to_string(c.kind)},    {"state", to_string(c.state)},          {"note", maybe_text(c.note)}};
}

Json to_json(const store::PushRow& p) {
  return {{"id", std::to_string(p.id)},
          {"connection", p.connection},
          {"external_id", p.external_id},
          {"contact", std::to_string(p.contact)},
          {"kind", p.kind == domain::PushKind::opt_in ? "opt_in" : "opt_out"},
          {"reason", domain::to_string(p.reason)},
          {"state", to_string(p.state)},
          {"attempts", p.attempts},
          {"created_at", rfc3339(p.created_at)},
          {"next_at", rfc3339(p.next_at)},
          {"deadline_at", rfc3339(p.deadline_at)},
          {"last_error", maybe_text(p.last_error)}};
}

Json to_json(const store::AuditRow& a) {
  return {{"seq", a.seq},
          {"at", rfc3339(a.at)},
          {"who", a.actor.who},
          {"from", a.actor.from},
          {"basis", a.actor.basis},
          {"action", a.action},
          {"account", a.account},
          {"contact", std::to_string(a.contact)},
          {"reason", maybe_text(a.reason)},
          {"source", a.source},
          {"before", domain::to_string(a.before)},
          {"after", domain::to_string(a.after)},
          {"run", a.run ? Json(std::to_string(a.run)) : Json(nullptr)},
          {"detail", parsed_or_text(a.detail)}};
}

Json to_json(const store::ConflictRow& c) {
  Json remaining = Json::array();
  for (const auto reason : c.remaining) remaining.push_back(domain::to_string(reason));
  return {{"connection", c.connection}, {"external_id", c.external_id}, {"contact", std::to_string(c.contact)},
          {"email", c.address},         {"since", rfc3339(c.since)},    {"remaining", remaining}};
}

Json to_json(const store::ConnectionState& s, const engine::ConnectionActivity* a) {
  Json json{{"id", s.id},
            {"account", s.account},
            {"configured", s.configured},
            {"records", s.records},
            {"last_poll_at", maybe_time(s.last_poll_at)},
            {"last_full_at", maybe_time(s.last_full_at)}};
  if (!a) return json;
  json["connector"] = a->connector;
  json["state"] = a->state;
  json["next_due"] = maybe_time(a->next_due);
  json["last_error"] = maybe_text(a->last_error);
  json["failures"] = a->failures;
  return json;
}

Json to_json(const connectors::Probe& probe) {
  Json verdicts = Json::array(), samples = Json::array();
  for (const auto& v : probe.verdicts) verdicts.push_back({{"check", v.check}, {"ok", v.ok}, {"detail", v.detail}});
  for (const auto& r : probe.samples)
    samples.push_back({{"external_id", r.external_id},
                       {"email", r.email},
                       {"name", r.name},
                       {"opted_out", r.opted_out ? Json(*r.opted_out) : Json(nullptr)},
                       {"modified_at", maybe_time(r.modified_at)}});
  return {{"verdicts", verdicts}, {"samples", samples}};
}

Json explain(const store::ContactRow& contact, const std::vector<store::PushRow>& pushes,
             const std::vector<store::AuditRow>& timeline, const config::Config& config) {
  Json json = to_json(contact);
  const bool integrated = is_integrated(config, contact.account);
  for (std::size_t i = 0; i < contact.suppressions.size(); ++i) {
    const auto& s = contact.suppressions[i];
    auto& entry = json["suppressions"][i];
    entry["pushed"] = domain::traits(s.reason).pushed;
    entry["how_to_lift"] = domain::how_to_lift(s, integrated, is_configured(config, s.source));
  }
  std::string summary = "Gets mail: nothing speaks against it.", next = "Nothing to do.";
  if (contact.status == domain::Status::on_hold) {
    summary = "Gets no mail for now: on hold (" +
              (contact.holds.empty() ? std::string("held") : contact.holds.front()) + ").";
    next = "Look at the held run and approve or reject it.";
  } else if (!contact.suppressions.empty()) {
    const auto& shown = *std::min_element(contact.suppressions.begin(), contact.suppressions.end(),
                                          [](const auto& a, const auto& b) { return a.reason < b.reason; });
    summary =
        "Gets no mail: " + std::string(domain::to_string(shown.reason)) + " since " + rfc3339(shown.since) + " (" +
        shown.source + ")" +
        (contact.suppressions.size() > 1 ? " and " + std::to_string(contact.suppressions.size() - 1) + " more." : ".");
    next = domain::how_to_lift(shown, integrated, is_configured(config, shown.source));
  }
  json["summary"] = summary;
  json["next"] = next;
  json["pushes"] = Json::array();
  for (const auto& push : pushes) json["pushes"].push_back(to_json(push));
  json["timeline"] = Json::array();
  for (const auto& entry : timeline) json["timeline"].push_back(to_json(entry));
  return json;
}

}  // namespace crmsync::api
