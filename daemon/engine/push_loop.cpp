#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>

#include "core/sync/outbox_policy.h"
#include "daemon/engine/link.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

namespace {

using connectors::PushResult;

constexpr domain::Millis kLongSleep = domain::kHour;
constexpr std::size_t kPage = 1000;

sync::PushOutcome outcome_of(PushResult::State state) {
  switch (state) {
    case PushResult::State::acknowledged: return sync::PushOutcome::acknowledged;
    case PushResult::State::accepted: return sync::PushOutcome::accepted;
    case PushResult::State::failed: break;
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

void log_dead(const std::string& connection, store::Id push, std::string error) {
  log_event(Level::error, "push is dead: a person has to look, then `crmsyncctl outbox retry`",
            {{"connection", connection}, {"push", std::to_string(push)}, {"error", std::move(error)}});
}

// Gives every open push a new time to be due.
template <class NewTime>
void move_pushes(store::Store& store, domain::Millis now, const NewTime& new_time) {
  for (const auto state : {store::PushState::pending, store::PushState::sent}) {
    store::Id after = 0;
    while (true) {
      const auto rows = store.outbox(state, kPage, after);
      std::vector<store::PushUpdate> updates;
      for (const auto& row : rows) {
        const domain::Millis next = new_time(row);
        if (next != row.next_at) updates.push_back({row.id, row.state, row.attempts, next, row.last_error});
      }
      if (!updates.empty()) store.settle_pushes(updates, now);
      if (rows.size() < kPage) break;
      after = rows.back().id;
    }
  }
}

struct Open {
  std::int64_t count = 0;
  domain::Millis oldest = 0;  // age
};

Open open_pushes(store::Reader& store, const std::string& connection, domain::Millis now) {
  Open open;
  for (const auto& summary : store.outbox_summary(now)) {
    if (summary.connection != connection || !summary.oldest_open) continue;
    for (const auto& [state, count] : summary.by_state)
      if (state != store::PushState::dead) open.count += count;
    open.oldest = std::max<domain::Millis>(1, now - *summary.oldest_open);
  }
  return open;
}

std::string in_minutes(domain::Millis age) {
  const auto minutes = age / domain::kMinute;
  return minutes < 120 ? std::to_string(minutes) + "m" : std::to_string(minutes / 60) + "h";
}

}  // namespace

// Waits are stored by the wall clock. When somebody sets it, they are moved along, before anything is compared with it.
void Engine::mind_the_clock(store::Store& store) {
  const domain::Millis wall = now();
  const auto step = clock_watch_.stepped({steady(), wall});
  if (step == 0) return;
  log_event(Level::warn, "the system's clock was set", {{"seconds", std::to_string(step / domain::kSecond)}});
  move_pushes(store, wall,
              [&](const store::PushRow& row) { return sync::due_after_step(progress_of(row), row.next_at, step); });
}

// At the start: the clock may have been set while nobody looked.
void Engine::bring_pushes_near(store::Store& store) {
  const domain::Millis wall = now();
  move_pushes(store, wall,
              [&](const store::PushRow& row) { return sync::due_after_restart(progress_of(row), row.next_at, wall); });
}

// Pushes that wait because their connection was stopped are due now that a person has looked.
void Engine::resume_pushes(store::Store& store, const std::set<std::string>& connections) {
  const domain::Millis wall = now();
  if (connections.empty()) return;
  move_pushes(store, wall, [&](const store::PushRow& row) {
    const bool waits = row.state == store::PushState::pending && connections.contains(row.connection);
    return waits ? std::min(row.next_at, wall) : row.next_at;
  });
}

asio::awaitable<void> Engine::resume_pushing(Link& link) {
  if (!link.push_gate.stopped(steady())) co_return;
  std::set<std::string> own;
  own.insert(link.setup->connection.id);
  const auto resume_job = [&](store::Store& store) { resume_pushes(store, own); };
  co_await threads_.write(resume_job);
  link.push_gate.person_looked();
}

// The connector's answers, one a push whatever it does.
asio::awaitable<std::vector<PushResult>> Engine::tell(Link& link, const Setup& setup,
                                                      const std::vector<store::PushRow>& rows) {
  std::vector<connectors::Push> batch;
  for (const auto& row : rows)
    batch.push_back({row.idempotency_key, row.kind, row.external_id, row.address,
                     std::string(domain::to_string(row.reason)), row.created_at});
  std::vector<PushResult> results;
  PushResult missing;
  missing.error = Error(ErrorKind::protocol, "the connector gave no answer for this push");
  auto pushing = setup.connector->push(batch);
  try {
    results = co_await asio::co_spawn(io_, std::move(pushing),
                                      asio::bind_cancellation_slot(link.stop_pushing.slot(), asio::use_awaitable));
  } catch (const boost::system::system_error& error) {
    if (!stopping_ || error.code() != asio::error::operation_aborted) throw;
    missing.error = Error(ErrorKind::cancelled, "the daemon is stopping; the push is repeated with the next start");
  }
  results.resize(rows.size(), missing);
  co_return results;
}

// One batch: marked as being sent, told, and what came of it written down. A crash in between repeats the same batch
// with the same keys.
asio::awaitable<void> Engine::push_batch(Link& link) {
  const auto setup = link.setup;
  const auto& id = setup->connection.id;
  const auto can = setup->connector->capabilities();
  if (!can.push_opt_out) co_return;
  std::vector<store::PushRow> rows;
  const auto due_job = [&](store::Store& store) {
    mind_the_clock(store);
    std::vector<store::PushRow> due = store.due_pushes(id, now(), can.push_batch);
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
    for (const auto& one : silent) {
      metrics_.pushed(id, one.state);
      log_dead(id, one.id, one.last_error);
    }
  };
  co_await threads_.write(due_job);
  if (rows.empty()) co_return;
  const auto results = co_await tell(link, *setup, rows);
  std::size_t failed = 0;
  const double luck = random();
  PushGate gate = link.push_gate;
  const bool replaced = link.setup != setup;  // what stopped it is history
  const auto settle_job = [&](store::Store& store) {
    mind_the_clock(store);
    std::vector<store::PushUpdate> updates;
    const sync::Now both{steady(), now()};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto verdict =
          sync::after_attempt(progress_of(rows[i]), outcome_of(results[i].state), results[i].error, both.wall, luck);
      if (replaced && verdict.stop_connection) verdict.next_at = both.wall, verdict.stop_connection = false;
      gate.look(verdict, both);
      updates.push_back(update_of(rows[i], verdict, results[i].error ? results[i].error->message : ""));
    }
    store.settle_pushes(updates, now());
    for (const auto& update : updates) {
      metrics_.pushed(id, update.state);
      failed += update.state == store::PushState::pending || update.state == store::PushState::dead;
      if (update.state == store::PushState::dead) log_dead(id, update.id, update.last_error);
    }
  };
  co_await threads_.write(settle_job);
  link.push_gate = gate;
  const auto first_error =
      std::find_if(results.begin(), results.end(), [](const PushResult& result) { return result.error.has_value(); });
  log_event(failed > 0 ? Level::warn : Level::info, failed > 0 ? "push failed" : "pushed",
            {{"connection", id},
             {"pushes", std::to_string(rows.size())},
             {"failed", std::to_string(failed)},
             {"error", first_error == results.end() ? "" : first_error->error->message}});
}

void Engine::say_what_is_late(Link& link, std::int64_t open, domain::Millis oldest) {
  const auto& connection = link.setup->connection;
  const auto say = link.late_pushes.look(oldest, connection.push_warn_after.count());
  if (say == PushAlarm::Say::late)
    log_event(Level::warn, "the CRM does not confirm opt-outs: `crmsyncctl outbox list` says why",
              {{"connection", connection.id}, {"pushes", std::to_string(open)}, {"oldest", in_minutes(oldest)}});
  if (say == PushAlarm::Say::over)
    log_event(Level::info, "the CRM has confirmed the late opt-outs", {{"connection", connection.id}});
}

asio::awaitable<void> Engine::push_loop(std::shared_ptr<Link> link) {
  boost::system::error_code ignored;
  while (!stopping_ && !link->retired) {
    link->push_asked = false;
    if (link->push_gate.left(steady()) == sync::Steady(0)) co_await push_batch(*link);
    const auto setup = link->setup;
    std::optional<domain::Millis> next;
    const auto next_job = [&](store::Store& store) {
      mind_the_clock(store);
      next = store.next_push_at(setup->connection.id);
    };
    co_await threads_.write(next_job);
    if (!setup->connector->capabilities().push_opt_out) next.reset();
    std::int64_t wait = next ? std::clamp<std::int64_t>(*next - now(), 1, kLongSleep) : kLongSleep;
    wait = std::max<std::int64_t>(wait, std::min<std::int64_t>(link->push_gate.left(steady()).count(), kLongSleep));
    if (wait > 1) {  // nothing is due: what is left, if anything, waits for the CRM
      Open open;
      const auto open_job = [&](store::Reader& reader) { open = open_pushes(reader, setup->connection.id, now()); };
      if (next) co_await threads_.glance(open_job);
      say_what_is_late(*link, open.count, open.oldest);
      if (open.count > 0)
        wait = std::min(wait, PushAlarm::next_look(open.oldest, setup->connection.push_warn_after.count()));
    }
    link->push_timer.expires_after(std::chrono::milliseconds(wait));
    if (!stopping_ && !link->retired && !link->push_asked)
      co_await link->push_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  link->pushing = false;
  loop_ended(*link);
}

}  // namespace crmsync::engine
