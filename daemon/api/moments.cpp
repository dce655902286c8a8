#include "daemon/api/moments.h"

#include <algorithm>

#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

constexpr std::size_t kDayLength = std::string_view("2026-11-23").size();
constexpr const char* kRemedy = "Give a time such as 2026-11-23T10:00:00Z, or a day such as 2026-11-23 (in UTC).";

std::string not_a_time(const char* name) { return "The parameter \"" + std::string(name) + "\" is not a time."; }

std::optional<domain::Millis> read(QueryFields& fields, const char* name, Edge edge) {
  const std::string text = fields.text(name);
  const auto moment = parse_moment(text, edge);
  if (!text.empty() && !moment) fields.refuse(bad_request(not_a_time(name), kRemedy));
  return moment;
}

std::optional<domain::Millis> read(BodyFields& fields, const char* name, Edge edge) {
  const std::string text = fields.text(name).value_or("");
  const auto moment = parse_moment(text, edge);
  if (!text.empty() && !moment) fields.refuse(not_a_time(name), kRemedy);
  return moment;
}

}  // namespace

std::optional<domain::Millis> parse_moment(std::string_view text, Edge edge) {
  if (text.size() != kDayLength) return parse_rfc3339(text);
  const auto midnight = parse_rfc3339(std::string(text) + "T00:00:00Z");
  if (!midnight || edge == Edge::start) return midnight;
  return *midnight + domain::kDay - 1;
}

void read_times(QueryFields& fields, store::ContactQuery& query) {
  query.since = read(fields, "since", Edge::start);
  query.until = read(fields, "until", Edge::end);
}

void read_times(BodyFields& fields, store::ContactQuery& query) {
  query.since = read(fields, "since", Edge::start);
  query.until = read(fields, "until", Edge::end);
}

std::optional<domain::Millis> read_past(QueryFields& fields, domain::Millis now) {
  const auto at = read(fields, "at", Edge::end);
  if (!at || *at <= now) return at;
  if (*at - now < domain::kDay && (*at + 1) % domain::kDay == 0) return now;
  fields.refuse(bad_request("The time in \"at\" is yet to come.", "Leave `at` out to see the present."));
  return std::nullopt;
}

}  // namespace crmsync::api
