#include <array>
#include <utility>

#include "core/store/types.h"

namespace crmsync::store {

std::string_view to_string(RunState state) noexcept {
  constexpr std::array<std::string_view, 5> names{"running", "applied", "held", "rejected", "failed"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(RunMode mode) noexcept { return mode == RunMode::full ? "full" : "incremental"; }

std::string_view to_string(RunTrigger trigger) noexcept {
  constexpr std::array<std::string_view, 4> names{"schedule", "signal", "api", "once"};
  return names[static_cast<std::size_t>(trigger)];
}

std::string_view to_string(ChangeKind kind) noexcept {
  constexpr std::array<std::string_view, 4> names{"unsubscribe", "resubscribe", "deletion", "keep"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(ChangeState state) noexcept {
  constexpr std::array<std::string_view, 7> names{"planned",  "applied", "held",     "approved",
                                                  "rejected", "skipped", "withdrawn"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(PushState state) noexcept {
  constexpr std::array<std::string_view, 5> names{"pending", "sent", "acknowledged", "dead", "superseded"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace crmsync::store
