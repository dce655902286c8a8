#include <boost/asio/redirect_error.hpp>

#include "core/sync/outbox_policy.h"
#include "daemon/engine/link.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

namespace {

sync::PushOutcome outcome_of(connectors::PushResult::State state) {
  switch (state) {
    case connectors::PushResult::State::acknowledged: return sync::PushOutcome::acknowledged;
    case connectors::PushResult::State::accepted: return sync::PushOutcome::accepted;
    case connectors::PushResult::State::failed: break;
  }
  return sync::PushOutcome::failed;
}

sync::PushProgress progress_of(const store::PushRow& row) {
  return {row.state == store::PushState::sent ? sync::PushNext::sent : sync::PushNext::pending, row.attempts,
          row.created_at, row.deadline_at};
}

store::PushUpdate update_of(const store::PushRow& row, const sync::PushVerdict& verdict, std::string error) {
  constexpr std::array<store::PushState, 5> states{store::PushState::pending, store::PushState::sent,
                                                   store::PushState::acknowledged, store::PushState::dead,
                                                   store::PushState::superseded};
  return {row.id, states[static_cast<std::size_t>(verdict.next)], verdict.attempts, verdict.next_at, std::move(error)};
}

}  // namespace

// One batch: marked as being sent, told, and what came of it written down. A crash in between repeats the same batch
// with the same keys.
asio::awaitable<void> Engine::push_batch(Link& link) {
  const auto can = link.connector->capabilities();
  if (!can.push_opt_out) co_return;
  std::vector<store::PushRow> rows;
  const auto due_job = [&](store::Store& store) {
    std::vector<store::PushRow> due = store.due_pushes(link.connection.id, now(), can.push_batch);
    std::vector<store::PushUpdate> silent;
    std::vector<store::Id> ids;
    for (auto& row : due) {
      if (row.state == store::PushState::sent)
        silent.push_back(update_of(row, sync::after_waiting(progress_of(row), now()), "the CRM never showed it"));
      else
        ids.push_back(row.id), rows.push_back(std::move(row));
    }
    store.settle_pushes(silent, now());
    store.mark_sending(ids);
    for (const auto& one : silent)
      log_event(Level::error, "push not confirmed by the CRM",
                {{"connection", link.connection.id}, {"push", std::to_string(one.id)}});
  };
  co_await threads_.write(due_job);
  if (rows.empty()) co_return;
  std::vector<connectors::Push> batch;
  for (const auto& row : rows)
    batch.push_back({row.idempotency_key, row.kind, row.external_id, row.address,
                     std::string(domain::to_string(row.reason)), row.created_at});
  const auto results = co_await link.connector->push(batch);
  const auto settle_job = [&](store::Store& store) {
    std::vector<store::PushUpdate> updates;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto verdict =
          sync::after_attempt(progress_of(rows[i]), outcome_of(results[i].state), results[i].error, now(), random());
      updates.push_back(update_of(rows[i], verdict, results[i].error ? results[i].error->message : ""));
    }
    store.settle_pushes(updates, now());
  };
  co_await threads_.write(settle_job);
  const bool failed = results.front().state == connectors::PushResult::State::failed;
  log_event(failed ? Level::warn : Level::info, failed ? "push failed" : "pushed",
            {{"connection", link.connection.id},
             {"pushes", std::to_string(rows.size())},
             {"error", results.front().error ? results.front().error->message : ""}});
}

asio::awaitable<void> Engine::push_loop(std::shared_ptr<Link> link) {
  boost::system::error_code ignored;
  while (!stopping_ && !link->retired) {
    co_await push_batch(*link);
    std::optional<domain::Millis> next;
    const auto next_job = [&](store::Store& store) { next = store.next_push_at(link->connection.id); };
    co_await threads_.write(next_job);
    const std::int64_t wait = next && link->connector->capabilities().push_opt_out
                                  ? std::clamp<std::int64_t>(*next - now(), 1, 3'600'000)
                                  : 3'600'000;
    link->push_timer.expires_after(std::chrono::milliseconds(wait));
    if (!stopping_ && !link->retired)
      co_await link->push_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  --active_;
}

}  // namespace crmsync::engine
