// Whether a connection's pushes may go at all. What hinders one push because of its credentials or a rate limit hinders
// all of them: they are not tried one after the other, which a CRM may answer by locking us out. Used by the push loop.
#pragma once

#include <algorithm>

#include "core/sync/outbox_policy.h"
#include "core/sync/trigger.h"

namespace crmsync::engine {

class PushGate {
 public:
  // What came of a push that was tried at `now` (wall and steady clock, as the verdict's own time is the wall's).
  void look(const sync::PushVerdict& verdict, const sync::Now& now) {
    if (!verdict.stop_connection && !verdict.pause_connection) return;
    const auto until = now.steady + sync::Steady(verdict.next_at - now.wall);
    auto& gate = verdict.stop_connection ? stopped_until_ : told_until_;
    gate = std::max(gate, until);
  }
  // A person has looked: credentials may be others now. What the CRM told goes on.
  void person_looked() { stopped_until_ = {}; }

  bool stopped(sync::Steady now) const { return now < stopped_until_; }
  // Zero: it is open.
  sync::Steady left(sync::Steady now) const {
    return std::max(std::max(stopped_until_, told_until_) - now, sync::Steady(0));
  }

 private:
  sync::Steady stopped_until_{0};
  sync::Steady told_until_{0};
};

}  // namespace crmsync::engine
