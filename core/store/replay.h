// The state of one contact as its entries of the audit log tell it: for the state at a past moment, and to prove that
// the log and the store agree. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/types.h"

namespace crmsync::store {

class Replay {
 public:
  // In the order of seq; the first is the contact's first. False: it cannot have happened after what came before, and
  // problem() says why (of the first that did not fit). It is taken as far as it makes sense all the same.
  bool feed(const AuditRow& entry);

  domain::Status status() const;
  std::optional<domain::Reason> reason() const { return domain::shown_reason(active_); }
  // In the order in which they were added. `since` is when it was written down, `evidence` the entry's detail.
  const std::vector<domain::Suppression>& active() const { return active_; }
  // What the contact is held for, as in AuditRow::source: "change:12", "flips:7", "job:3".
  const std::vector<std::string>& holds() const { return holds_; }
  // The contact is no more; its status stays unsubscribed.
  bool erased() const noexcept { return erased_; }
  const std::string& problem() const { return problem_; }

 private:
  std::string take(const AuditRow& entry);
  std::string take_suppression(const AuditRow& entry);
  std::string take_hold(const AuditRow& entry);

  std::vector<domain::Suppression> active_;
  std::vector<std::string> holds_;
  std::string problem_;
  bool erased_ = false;
};

}  // namespace crmsync::store
