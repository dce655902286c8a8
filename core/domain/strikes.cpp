#include "core/domain/strikes.h"

#include <algorithm>
#include <vector>

namespace crmsync::domain {

namespace {

constexpr std::array<std::string_view, 9> kNames{"delivered",      "hard_bounce", "soft_bounce",
                                                 "blocked",        "deferral",    "out_of_office",
                                                 "spam_complaint", "unsubscribe", "failed_validation"};

bool reset_by_delivery(Reason reason) {
  return reason == Reason::soft_bounce || reason == Reason::blocked || reason == Reason::deferral;
}

Millis day_of(Millis at) { return (at >= 0 ? at : at - kDay + 1) / kDay; }

}  // namespace

std::string_view to_string(EventType type) noexcept { return kNames[static_cast<std::size_t>(type)]; }

std::optional<EventType> parse_event_type(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<EventType>(i);
  return std::nullopt;
}

std::optional<Reason> reason_of(EventType type) noexcept {
  switch (type) {
    case EventType::delivered: return std::nullopt;
    case EventType::hard_bounce: return Reason::hard_bounce;
    case EventType::soft_bounce: return Reason::soft_bounce;
    case EventType::blocked: return Reason::blocked;
    case EventType::deferral:
    case EventType::out_of_office: return Reason::deferral;
    case EventType::spam_complaint: return Reason::spam_complaint;
    case EventType::unsubscribe: return Reason::contact;
    case EventType::failed_validation: return Reason::failed_validation;
  }
  return std::nullopt;
}

StrikeRules::StrikeRules() {
  for (const auto& row : all_reasons()) needed[static_cast<std::size_t>(row.reason)] = row.default_strikes;
}

std::optional<Millis> suppressed_since(Reason reason, std::span<const DeliveryEvent> events, const StrikeRules& rules,
                                       Millis not_before) {
  std::vector<DeliveryEvent> relevant;
  for (const auto& event : events) {
    const bool resets = event.type == EventType::delivered && reset_by_delivery(reason);
    if (event.at > not_before && (resets || reason_of(event.type) == reason)) relevant.push_back(event);
  }
  // At one moment a delivery comes first: of two stories the cautious one counts.
  std::sort(relevant.begin(), relevant.end(), [](const DeliveryEvent& a, const DeliveryEvent& b) {
    if (a.at != b.at) return a.at < b.at;
    return a.type == EventType::delivered && b.type != EventType::delivered;
  });
  std::vector<Millis> strikes;  // the first of each day, since the last delivery
  for (const auto& event : relevant) {
    if (event.type == EventType::delivered) {
      strikes.clear();
      continue;
    }
    if (!strikes.empty() && day_of(strikes.back()) == day_of(event.at)) continue;
    strikes.push_back(event.at);
    const auto in_window =
        std::count_if(strikes.begin(), strikes.end(), [&](Millis at) { return event.at - at <= rules.window; });
    if (in_window >= rules.needed_for(reason)) return event.at;
  }
  return std::nullopt;
}

std::optional<Millis> ends_at(Reason reason, Millis since, const StrikeRules& rules) noexcept {
  if (reason != Reason::deferral) return std::nullopt;
  return since + rules.deferral_ends_after;
}

}  // namespace crmsync::domain
