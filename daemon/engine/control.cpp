#include <boost/asio/redirect_error.hpp>

#include "daemon/engine/link.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

namespace {
Error no_connection(const std::string& id) {
  return Error(ErrorKind::not_found,
               "there is no connection \"" + id + "\" in the configuration; `crmsyncctl connection list` shows them");
}
Error stopping() { return Error(ErrorKind::cancelled, "the daemon is stopping or reloading; ask again"); }
Error no_run(store::Id id) { return Error(ErrorKind::not_found, "there is no run " + std::to_string(id)); }

// What an approval added to a run's counts.
store::RunCounts since(const store::RunCounts& before, const store::RunCounts& after) {
  store::RunCounts delta;
  delta.added = after.added - before.added, delta.deleted = after.deleted - before.deleted;
  delta.unsubscribed = after.unsubscribed - before.unsubscribed;
  delta.resubscribed = after.resubscribed - before.resubscribed;
  return delta;
}

}  // namespace

asio::awaitable<Result<std::optional<store::RunRow>>> Engine::sync(std::string id, store::RunMode mode, bool wait) {
  const auto link = find(id);
  if (!link) co_return no_connection(id);
  // A run that is under way began before this trigger: ours is the one after it.
  const std::int64_t wanted = link->runs_started + 1;
  link->trigger.request({mode == store::RunMode::full, sync::Cause::api});
  link->sync_timer.cancel();
  boost::system::error_code ignored;
  while (wait && link->runs_finished < wanted && !stopping_ && !link->retired)
    co_await link->finished_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  std::optional<store::RunRow> row;
  if (!wait) co_return row;
  if (stopping_ || link->retired) co_return stopping();
  row = link->last_run;
  co_return row;
}

asio::awaitable<Result<PlanReport>> Engine::plan(std::string id, store::RunMode mode) {
  const auto link = find(id);
  if (!link) co_return no_connection(id);
  boost::system::error_code ignored;
  while (link->busy && !stopping_)
    co_await link->finished_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (stopping_) co_return stopping();
  link->busy = true;
  const auto setup = link->setup;
  RunContext context;
  const auto begun = now();
  const bool full = mode == store::RunMode::full || !setup->connector->capabilities().incremental;
  const auto begin_job = [&](store::Store& store) {
    context = begin(store, setup->connection, full ? store::RunMode::full : store::RunMode::incremental,
                    store::RunTrigger::api, begun, true);
  };
  co_await threads_.write(begin_job);
  auto fetched = co_await fetch(*link, *setup, context);
  PlanReport report;
  const auto plan_job = [&](store::Store& store) {
    if (fetched) {
      const auto end = engine::plan(store, context, now());
      report.run.connection = setup->connection.id;
      report.run.mode = full ? store::RunMode::full : store::RunMode::incremental;
      report.run.trigger = store::RunTrigger::api;
      report.run.state = end.state, report.run.counts = end.counts, report.run.note = end.note;
      report.run.api_calls = end.api_calls, report.run.started_at = begun, report.run.duration_ms = now() - begun;
      report.changes = store.changes(context.run, PlanReport::kMaxChanges, 0);
      report.total_changes = store.change_count(context.run);
      for (auto& change : report.changes) change.run = 0;  // that run is not kept
    }
    store.discard_run(context.run);
  };
  co_await threads_.write(plan_job);
  link->busy = false;
  link->finished_timer.cancel();
  link->sync_timer.cancel();
  if (!fetched) co_return fetched.error();
  co_return report;
}

asio::awaitable<Result<connectors::Probe>> Engine::test(std::string id) {
  const auto link = find(id);
  if (!link) co_return no_connection(id);
  const auto setup = link->setup;
  auto probe = co_await setup->connector->probe();
  co_return probe;
}

asio::awaitable<Result<store::RunRow>> Engine::approve(store::Id id, store::Actor actor) {
  std::optional<store::RunRow> row;
  const auto find_job = [&](store::Reader& reader) { row = reader.run(id); };
  co_await threads_.read(find_job);
  if (!row) co_return no_run(id);
  const auto link = find(row->connection);
  if (!link) co_return no_connection(row->connection);
  const auto setup = link->setup;
  std::optional<Error> error;
  bool again = false;
  const auto approve_job = [&](store::Store& store) {
    row = store.run(id);
    if (row->state != store::RunState::held)
      error = Error(ErrorKind::rejected,
                    "run " + std::to_string(id) + " is not held, it is " + std::string(to_string(row->state)));
    if (error) return;
    const auto before = row->counts;
    if (store.approve_changes(id) > 0) apply_approved(store, setup->connection, id, actor, now());
    if (!row->doubt_token.empty()) {
      store.accept_doubt(row->connection, row->doubt_token);
      again = true;
    }
    row = store.run(id);
    metrics_.changed(row->connection, since(before, row->counts));
  };
  co_await threads_.write(approve_job);
  if (error) co_return *error;
  log_event(Level::info, "run approved",
            {{"run", std::to_string(id)}, {"connection", row->connection}, {"by", actor.who}});
  wake_pushes();
  // A doubt that a person has settled is settled by reading once more.
  if (again) {
    auto synced = co_await sync(row->connection, store::RunMode::full, true);
    if (!synced) co_return synced.error();
    if (*synced) co_return **synced;
  }
  co_return *row;
}

asio::awaitable<Result<store::RunRow>> Engine::reject(store::Id id, store::Actor actor) {
  std::optional<store::RunRow> row;
  std::optional<Error> error;
  const auto reject_job = [&](store::Store& store) {
    row = store.run(id);
    if (!row)
      error = no_run(id);
    else if (row->state != store::RunState::held)
      error = Error(ErrorKind::rejected,
                    "run " + std::to_string(id) + " is not held, it is " + std::string(to_string(row->state)));
    if (error) return;
    store.reject_run(id, actor, now());
    row = store.run(id);
  };
  co_await threads_.write(reject_job);
  if (error) co_return *error;
  log_event(Level::info, "run rejected",
            {{"run", std::to_string(id)}, {"connection", row->connection}, {"by", actor.who}});
  co_return *row;
}

asio::awaitable<std::vector<store::EventOutcome>> Engine::add_events(std::vector<store::EventIn> events) {
  std::vector<store::EventOutcome> outcomes;
  const auto add_job = [&](store::Store& store) { outcomes = store.add_events(events, config_->strikes, now()); };
  co_await threads_.write(add_job);
  wake_pushes();
  co_return outcomes;
}

asio::awaitable<store::ContactRow> Engine::unsubscribe(store::ContactChange change, store::Actor actor) {
  std::optional<store::ContactRow> row;
  const auto change_job = [&](store::Store& store) {
    const std::vector<store::ContactChange> changes{change};
    store.change_contacts(changes, actor, now());
    row = store.contact(change.account, change.address);
  };
  co_await threads_.write(change_job);
  wake_pushes();
  co_return *row;
}

asio::awaitable<store::LiftOutcome> Engine::lift(store::LiftOrder order, store::Actor actor) {
  store::LiftOutcome outcome;
  const auto lift_job = [&](store::Store& store) { outcome = store.lift(order, actor, now()); };
  co_await threads_.write(lift_job);
  wake_pushes();
  co_return outcome;
}

asio::awaitable<bool> Engine::retry_push(store::Id push) {
  bool found = false;
  const auto retry_job = [&](store::Store& store) {
    mind_the_clock(store);
    found = store.retry_push(push, now());
  };
  co_await threads_.write(retry_job);
  for (const auto& [id, link] : links_) link->push_gate.person_looked();
  wake_pushes();
  co_return found;
}

}  // namespace crmsync::engine
