#include "core/sync/outbox_policy.h"

#include <algorithm>

namespace crmsync::sync {

namespace {

bool is_final(PushNext state) {
  return state == PushNext::acknowledged || state == PushNext::dead || state == PushNext::superseded;
}

PushVerdict settled(const PushProgress& push, PushNext next, domain::Millis now) {
  return {is_final(push.state) ? push.state : next, push.attempts, now, false, false};
}

PushVerdict after_failure(const PushProgress& push, const Error& error, domain::Millis now, double random,
                          const OutboxPolicy& policy) {
  const Reaction reaction = react(error, push.attempts + 1, random, policy.backoff);
  const domain::Millis again = now + reaction.wait.count();
  switch (error.kind) {
    case ErrorKind::cancelled: return {PushNext::pending, push.attempts, now, false, false};
    case ErrorKind::unauthorized:
    case ErrorKind::config: return {PushNext::pending, push.attempts, now + policy.backoff.most.count(), true, false};
    case ErrorKind::rate_limited: return {PushNext::pending, push.attempts, again, false, reaction.told};
    case ErrorKind::rejected:
    case ErrorKind::not_found: return {PushNext::dead, push.attempts + 1, now, false, false};
    case ErrorKind::stale:
    case ErrorKind::transient:
    case ErrorKind::protocol: break;
  }
  const int attempts = push.attempts + 1;
  if (attempts >= policy.max_attempts && now >= push.deadline_at) return {PushNext::dead, attempts, now, false, false};
  return {PushNext::pending, attempts, again, false, false};
}

}  // namespace

PushVerdict after_attempt(const PushProgress& push, PushOutcome outcome, const std::optional<Error>& error,
                          domain::Millis now, double random, const OutboxPolicy& policy) {
  if (is_final(push.state)) return settled(push, push.state, now);
  const int attempts = push.attempts + 1;
  switch (outcome) {
    case PushOutcome::acknowledged: return {PushNext::acknowledged, attempts, now, false, false};
    case PushOutcome::accepted:
      return {PushNext::sent, attempts, std::max(push.deadline_at, now + policy.read_back), false, false};
    case PushOutcome::failed: break;
  }
  const Error unnamed(ErrorKind::transient, "");
  return after_failure(push, error ? *error : unnamed, now, random, policy);
}

PushVerdict after_waiting(const PushProgress& push, domain::Millis now) { return settled(push, PushNext::dead, now); }

PushVerdict after_read_back(const PushProgress& push, domain::Millis now) {
  return settled(push, PushNext::acknowledged, now);
}

PushVerdict after_superseding(const PushProgress& push, domain::Millis now) {
  return settled(push, PushNext::superseded, now);
}

domain::Millis due_after_step(const PushProgress& push, domain::Millis next_at, domain::Millis step) {
  const bool waits = next_at > push.created_at;
  return waits ? next_at + step : next_at + std::min<domain::Millis>(step, 0);
}

domain::Millis due_after_restart(const PushProgress& push, domain::Millis next_at, domain::Millis now,
                                 const OutboxPolicy& policy) {
  return push.state == PushNext::pending ? std::min(next_at, now + policy.backoff.most.count()) : next_at;
}

domain::Millis age(const PushProgress& push, domain::Millis now) {
  return std::max<domain::Millis>(0, now - push.created_at);
}

Lateness lateness(const PushProgress& push, domain::Millis now, const OutboxPolicy& policy) {
  if (push.state == PushNext::acknowledged || push.state == PushNext::superseded) return Lateness::on_time;
  if (now >= push.deadline_at) return Lateness::overdue;
  return age(push, now) >= policy.warn_after ? Lateness::warned : Lateness::on_time;
}

void OutboxHealth::add(const PushProgress& push, domain::Millis now, const OutboxPolicy& policy) {
  const Lateness late = lateness(push, now, policy);
  warned += late == Lateness::warned;
  overdue += late == Lateness::overdue;
  if (push.state == PushNext::acknowledged || push.state == PushNext::superseded) return;
  oldest_age = std::max(oldest_age, age(push, now));
}

}  // namespace crmsync::sync
