#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>

#include "daemon/engine/link.h"
#include "daemon/engine/log.h"
#include "daemon/engine/skipped_rows.h"

namespace crmsync::engine {

namespace {

store::RunTrigger trigger_of(sync::Cause cause) {
  switch (cause) {
    case sync::Cause::schedule: return store::RunTrigger::schedule;
    case sync::Cause::signal: return store::RunTrigger::signal;
    case sync::Cause::api: return store::RunTrigger::api;
    case sync::Cause::once: break;
  }
  return store::RunTrigger::once;
}

bool is_a_person_s(sync::Cause cause) { return cause == sync::Cause::signal || cause == sync::Cause::api; }

constexpr std::chrono::milliseconds kLongSleep = std::chrono::hours(1);

Error stopped() {
  return Error(ErrorKind::cancelled, "the daemon is stopping; the run starts again with the next start");
}

}  // namespace

// Broken off on its own when the daemon stops: what goes to the store is never cut off.
asio::awaitable<Result<connectors::Page>> Engine::fetch_page(Link& link, const Setup& setup,
                                                             const connectors::FetchRequest& request) {
  Result<connectors::Page> page(stopped());
  auto fetching = setup.connector->fetch(request);
  try {
    page = co_await asio::co_spawn(io_, std::move(fetching),
                                   asio::bind_cancellation_slot(link.stop_reading.slot(), asio::use_awaitable));
  } catch (const boost::system::system_error& error) {
    if (!stopping_ || error.code() != asio::error::operation_aborted) throw;
    page = stopped();
  }
  if (!page && stopping_ && page.error().kind == ErrorKind::cancelled) page = stopped();
  co_return page;
}

// Pages in, each staged before the next is asked for.
asio::awaitable<Result<void>> Engine::fetch(Link& link, const Setup& setup, RunContext& context) {
  connectors::FetchRequest request;
  request.mode = context.full ? connectors::Mode::full : connectors::Mode::incremental;
  request.accepted = context.accepted;
  if (!context.full && !context.cursor.empty()) request.cursor = nlohmann::json::parse(context.cursor);
  SkippedRows skipped(setup.connection.id);
  while (true) {
    if (stopping_) co_return stopped();
    auto page = co_await fetch_page(link, setup, request);
    if (!page) co_return page.error();
    ++context.pages;
    context.counts.invalid += static_cast<std::int64_t>(page->bad_rows.size());
    skipped.add(page->bad_rows);
    if (!page->complete && context.doubt.empty()) context.doubt = page->doubt, context.doubt_token = page->doubt_token;
    const auto stage = [&](store::Store& store) { stage_page(store, context, page->records); };
    const bool taken = take_small_page(context, page->records);
    if (!taken) co_await threads_.write(stage);
    context.cursor_repeated = !page->end && !page->next_cursor.is_null() && page->next_cursor == request.cursor;
    if (page->end || context.cursor_repeated) {
      if (!page->next_cursor.is_null()) context.end_cursor = page->next_cursor.dump();
      co_return Result<void>();
    }
    request.cursor = std::move(page->next_cursor);
  }
}

asio::awaitable<store::RunRow> Engine::run(Link& link, store::RunMode mode, store::RunTrigger trigger,
                                           std::optional<Error>& error) {
  const auto setup = link.setup;  // a reload in between is for the next run
  const auto& connection = setup->connection;
  RunContext context;
  const bool full = mode == store::RunMode::full || !setup->connector->capabilities().incremental;
  const auto begin_job = [&](store::Store& store) {
    for (const store::Id held : store.approved_runs(connection.id)) {
      const store::Actor actor{"system", "restart", "approval"};
      apply_approved(store, connection, held, actor, now());
    }
    context =
        begin(store, connection, full ? store::RunMode::full : store::RunMode::incremental, trigger, now(), false);
  };
  co_await threads_.write(begin_job);
  store::RunRow row;
  store::RunEnd end;
  if (!context.sealed) {
    auto fetched = co_await fetch(link, *setup, context);
    if (!fetched) {
      error = fetched.error();
      if (error->kind == ErrorKind::cancelled) co_return row;  // stays `running` in the store and is taken up again
      const auto fail_job = [&](store::Store& store) { row = fail(store, context, *error, now()); };
      co_await threads_.write(fail_job);
      co_return row;
    }
    const auto plan_job = [&](store::Store& store) { end = engine::plan(store, context, now()); };
    co_await threads_.write(plan_job);
    // Forty bytes a record are not kept while the plan is applied.
    context.seen = sync::SeenSet();
  }
  bool more = true;
  const auto apply_job = [&](store::Store& store) {
    if (context.sealed) end = *store.sealed_end(context.run);
    more = apply_next(store, context, end, now());
  };
  while (more) {
    if (stopping_) {
      error = stopped();
      co_return row;
    }
    co_await threads_.write(apply_job);
  }
  const auto finish_job = [&](store::Store& store) { row = finish(store, context, end, now()); };
  co_await threads_.write(finish_job);
  co_return row;
}

void Engine::report(const store::RunRow& run) {
  const auto n = [](std::int64_t value) { return std::to_string(value); };
  const auto& c = run.counts;
  const bool failed = run.state == store::RunState::failed;
  const Level level = failed ? Level::error : run.state == store::RunState::held ? Level::warn : Level::info;
  metrics_.finished(run);
  log_event(level, "run finished",
            {{"connection", run.connection},
             {"run", n(run.id)},
             {"state", std::string(to_string(run.state))},
             {"mode", std::string(to_string(run.mode))},
             {"trigger", std::string(to_string(run.trigger))},
             {"fetched", n(c.fetched)},
             {"new", n(c.added)},
             {"unchanged", n(c.unchanged)},
             {"unsubscribed", n(c.unsubscribed)},
             {"resubscribed", n(c.resubscribed)},
             {"kept_unsubscribed", n(c.kept_unsubscribed)},
             {"deleted", n(c.deleted)},
             {"invalid", n(c.invalid)},
             {"unknown", n(c.unknown)},
             {"held", n(c.held)},
             {"ms", n(run.duration_ms)},
             {failed ? "error" : "note", failed ? run.error : run.note}});
}

asio::awaitable<void> Engine::sync_loop(std::shared_ptr<Link> link) {
  boost::system::error_code ignored;
  while (!stopping_ && !link->retired) {
    const auto wanted = link->busy ? std::nullopt : link->trigger.due(steady());
    if (!wanted) {
      const auto next = link->trigger.next_at();
      // Whatever changes the answer before then wakes the timer.
      const auto wait = !next || link->busy ? kLongSleep : std::max(*next - steady(), std::chrono::milliseconds(0));
      link->sync_timer.expires_after(std::min(wait, kLongSleep) + std::chrono::milliseconds(1));
      co_await link->sync_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      continue;
    }
    link->trigger.started(*wanted);
    link->busy = true;
    ++link->runs_started;
    std::optional<Error> error;
    const auto mode = wanted->full ? store::RunMode::full : store::RunMode::incremental;
    const auto cause = trigger_of(wanted->cause);
    auto row = co_await run(*link, mode, cause, error);
    link->busy = false;
    ++link->runs_finished;
    link->last_error = error ? error->message : "";
    if (row.id != 0) {
      report(row);
      link->last_run = row;
    }
    const bool full = row.mode == store::RunMode::full && row.state == store::RunState::applied;
    link->trigger.finished(steady(), full, error, random());
    link->finished_timer.cancel();
    // A person's run shows that the credentials are good again: the pushes need not wait for their own turn.
    if (!error && is_a_person_s(wanted->cause)) co_await resume_pushing(*link);
    link->wake_pushing();
  }
  link->syncing = false;
  loop_ended(*link);
}

asio::awaitable<int> Engine::once() {
  int code = 0;
  for (const auto& [id, link] : links_) {
    std::optional<Error> error;
    auto row = co_await run(*link, store::RunMode::full, store::RunTrigger::once, error);
    if (row.id != 0) report(row);
    if (error) code = 1;
    if (row.state == store::RunState::held && code == 0) code = 3;
    co_await push_batch(*link);
  }
  co_return code;
}

}  // namespace crmsync::engine
