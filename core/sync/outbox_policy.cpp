#include "core/sync/outbox_policy.h"

#include <algorithm>

namespace crmsync::sync {

PushVerdict after_attempt(const PushAttempt& push, PushOutcome outcome, const Error* error, domain::Millis now,
                          double random) {
  const int attempts = push.attempts + 1;
  if (outcome == PushOutcome::acknowledged) return {PushNext::acknowledged, attempts, now, false};
  if (outcome == PushOutcome::accepted) return {PushNext::sent, attempts, std::max(push.deadline_at, now + 1), false};
  if (error->kind == ErrorKind::cancelled) return {PushNext::pending, push.attempts, now, false};
  const bool about_this_record =
      error->kind == ErrorKind::rejected || error->kind == ErrorKind::not_found || error->kind == ErrorKind::stale;
  const bool spent = attempts >= kMinAttempts && now >= push.deadline_at;
  if (about_this_record || spent) return {PushNext::dead, attempts, now, false};
  Backoff backoff;
  backoff.most = std::chrono::minutes(30);
  const Reaction reaction = react(*error, attempts, random, backoff);
  const auto wait = reaction.stop ? std::chrono::milliseconds(backoff.most) : reaction.wait;
  return {PushNext::pending, attempts, now + wait.count(), reaction.stop};
}

PushVerdict after_waiting(const PushAttempt& push) { return {PushNext::dead, push.attempts, push.deadline_at, false}; }

}  // namespace crmsync::sync
