#include <boost/asio/redirect_error.hpp>

#include "daemon/engine/link.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

namespace {
Error no_connection(const std::string& id) {
  return Error(ErrorKind::not_found,
               "there is no connection \"" + id + "\" in the configuration; `crmsyncctl connection list` shows them");
}
Error no_run(store::Id id) { return Error(ErrorKind::not_found, "there is no run " + std::to_string(id)); }
}  // namespace

asio::awaitable<Result<std::optional<store::RunRow>>> Engine::sync(std::string id, store::RunMode mode, bool wait) {
  const auto found = links_.find(id);
  if (found == links_.end()) co_return no_connection(id);
  const auto link = found->second;
  // A run that is under way began before this trigger: ours is the one after it.
  const std::int64_t wanted = link->runs_started + 1;
  link->trigger.request({mode == store::RunMode::full, sync::Cause::api});
  link->sync_timer.cancel();
  boost::system::error_code ignored;
  while (wait && link->runs_finished < wanted && !stopping_ && !link->retired)
    co_await link->finished_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  std::optional<store::RunRow> row;
  if (!wait) co_return row;
  if (stopping_ || link->retired)
    co_return Error(ErrorKind::cancelled, "the daemon is stopping or reloading; ask again");
  row = link->last_run;
  co_return row;
}

asio::awaitable<Result<PlanReport>> Engine::plan(std::string id, store::RunMode mode) {
  const auto found = links_.find(id);
  if (found == links_.end()) co_return no_connection(id);
  const auto link = found->second;
  boost::system::error_code ignored;
  while (link->busy && !stopping_)
    co_await link->finished_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  link->busy = true;
  RunContext context;
  const bool full = mode == store::RunMode::full || !link->connector->capabilities().incremental;
  const auto begin_job = [&](store::Store& store) {
    context = begin(store, link->connection, full ? store::RunMode::full : store::RunMode::incremental,
                    store::RunTrigger::api, now(), true);
  };
  co_await threads_.write(begin_job);
  auto fetched = co_await fetch(*link, context);
  PlanReport report;
  const auto plan_job = [&](store::Store& store) {
    if (fetched) {
      const auto end = engine::plan(store, context, now());
      report.run.connection = link->connection.id;
      report.run.mode = full ? store::RunMode::full : store::RunMode::incremental;
      report.run.trigger = store::RunTrigger::api;
      report.run.state = end.state, report.run.counts = end.counts, report.run.note = end.note;
      report.changes = store.changes(context.run, PlanReport::kMaxChanges, 0);
      report.total_changes = static_cast<std::int64_t>(report.changes.size());
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
  const auto found = links_.find(id);
  if (found == links_.end()) co_return no_connection(id);
  const auto link = found->second;
  auto probe = co_await link->connector->probe();
  co_return probe;
}

asio::awaitable<Result<store::RunRow>> Engine::approve(store::Id id, store::Actor actor) {
  std::optional<store::RunRow> row;
  std::optional<Error> error;
  bool again = false;
  const auto approve_job = [&](store::Store& store) {
    row = store.run(id);
    if (!row)
      error = no_run(id);
    else if (row->state != store::RunState::held)
      error = Error(ErrorKind::rejected,
                    "run " + std::to_string(id) + " is not held, it is " + std::string(to_string(row->state)));
    if (error) return;
    const Link* link = find(row->connection);
    if (!link) {
      error = no_connection(row->connection);
      return;
    }
    if (store.approve_changes(id) > 0) apply_approved(store, link->connection, id, actor, now());
    if (!row->doubt_token.empty()) {
      store.accept_doubt(row->connection, row->doubt_token);
      again = true;
    }
    row = store.run(id);
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

asio::awaitable<bool> Engine::retry_push(store::Id push) {
  bool found = false;
  const auto retry_job = [&](store::Store& store) { found = store.retry_push(push, now()); };
  co_await threads_.write(retry_job);
  wake_pushes();
  co_return found;
}

}  // namespace crmsync::engine
