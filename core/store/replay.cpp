#include "core/store/replay.h"

#include <algorithm>

namespace crmsync::store {

namespace {
// A no that a run or a job had written down, said once more by somebody, is theirs from then on.
bool may_be_said_again(domain::Reason reason) {
  return reason == domain::Reason::manual || reason == domain::Reason::contact;
}
}  // namespace

bool Replay::feed(const AuditRow& entry) {
  const auto before = status();
  std::string wrong = take(entry);
  if (wrong.empty() && entry.before != before)
    wrong = "says " + std::string(to_string(entry.before)) + " before, which was " + std::string(to_string(before));
  if (wrong.empty() && entry.after != status())
    wrong = "says " + std::string(to_string(entry.after)) + " after, which makes " + std::string(to_string(status()));
  if (wrong.empty()) return true;
  if (problem_.empty()) problem_ = "entry " + std::to_string(entry.seq) + " " + wrong;
  return false;
}

domain::Status Replay::status() const {
  return erased_ ? domain::Status::unsubscribed : domain::status_of(active_, !holds_.empty());
}

// What is wrong with it; empty: nothing.
std::string Replay::take(const AuditRow& entry) {
  if (entry.action == "add" || entry.action == "lift") return take_suppression(entry);
  if (entry.action == "hold" || entry.action == "release") return take_hold(entry);
  if (entry.action == "erase") {
    active_.clear(), holds_.clear();
    erased_ = true;
    return {};
  }
  return "has an unknown action";
}

std::string Replay::take_suppression(const AuditRow& entry) {
  const auto reason = domain::parse_reason(entry.reason);
  if (!reason) return "has an unknown reason";
  const auto found = std::find_if(active_.begin(), active_.end(),
                                  [&](const auto& one) { return domain::is_suppression(one, *reason, entry.source); });
  if (entry.action == "add") {
    if (found == active_.end()) {
      active_.push_back({*reason, entry.source, entry.at, entry.detail});
      return {};
    }
    found->source = entry.source, found->evidence = entry.detail;
    return may_be_said_again(*reason) ? "" : "adds what was there";
  }
  if (found == active_.end()) return "lifts what was not there";
  active_.erase(found);
  return {};
}

std::string Replay::take_hold(const AuditRow& entry) {
  const auto found = std::find(holds_.begin(), holds_.end(), entry.source);
  if (entry.action == "hold") {
    if (found != holds_.end()) return "holds for what it is held for";
    holds_.push_back(entry.source);
    return {};
  }
  if (found == holds_.end()) return "releases what was not held";
  holds_.erase(found);
  return {};
}

}  // namespace crmsync::store
