#include "core/domain/suppression.h"

#include <algorithm>
#include <array>

namespace crmsync::domain {

namespace {
constexpr std::array<std::string_view, 3> kStatusNames{"subscribed", "unsubscribed", "on_hold"};
}

std::string_view to_string(Status status) noexcept { return kStatusNames[static_cast<std::size_t>(status)]; }

std::optional<Status> parse_status(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i)
    if (kStatusNames[i] == name) return static_cast<Status>(i);
  return std::nullopt;
}

bool is_suppression(const Suppression& s, Reason reason, std::string_view source) noexcept {
  return s.reason == reason && (reason != Reason::integration || s.source == source);
}

bool same_suppression(const Suppression& a, const Suppression& b) noexcept {
  return is_suppression(a, b.reason, b.source);
}

Status status_of(std::span<const Suppression> active, bool held) noexcept {
  if (!active.empty()) return Status::unsubscribed;
  return held ? Status::on_hold : Status::subscribed;
}

std::optional<Reason> shown_reason(std::span<const Suppression> active) noexcept {
  if (active.empty()) return std::nullopt;
  return std::min_element(active.begin(), active.end(),
                          [](const auto& a, const auto& b) { return a.reason < b.reason; })
      ->reason;
}

}  // namespace crmsync::domain
