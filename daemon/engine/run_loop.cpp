#include <boost/asio/redirect_error.hpp>

#include "daemon/engine/link.h"
#include "daemon/engine/log.h"

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

Error stopped() {
  return Error(ErrorKind::cancelled, "the daemon is stopping; the run starts again with the next start");
}

}  // namespace

// Pages in, each staged before the next is asked for.
asio::awaitable<Result<void>> Engine::fetch(Link& link, RunContext& context) {
  connectors::FetchRequest request;
  request.mode = context.full ? connectors::Mode::full : connectors::Mode::incremental;
  request.accepted = context.accepted;
  if (!context.full && !context.cursor.empty()) request.cursor = nlohmann::json::parse(context.cursor);
  while (true) {
    if (stopping_) co_return stopped();
    auto page = co_await link.connector->fetch(request);
    if (!page) co_return page.error();
    ++context.pages;
    context.counts.invalid += static_cast<std::int64_t>(page->bad_rows.size());
    for (const auto& bad : page->bad_rows)
      log_event(Level::warn, "row skipped", {{"connection", link.connection.id}, {"cause", bad}});
    if (!page->complete && context.doubt.empty()) context.doubt = page->doubt, context.doubt_token = page->doubt_token;
    const auto take = [&](store::Store& store) { stage_page(store, context, page->records); };
    co_await threads_.write(take);
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
  RunContext context;
  const bool full = mode == store::RunMode::full || !link.connector->capabilities().incremental;
  const auto begin_job = [&](store::Store& store) {
    for (const store::Id held : store.approved_runs(link.connection.id)) {
      const store::Actor actor{"system", "restart", "approval"};
      apply_approved(store, link.connection, held, actor, now());
    }
    context =
        begin(store, link.connection, full ? store::RunMode::full : store::RunMode::incremental, trigger, now(), false);
  };
  co_await threads_.write(begin_job);
  store::RunRow row;
  store::RunEnd end;
  if (!context.sealed) {
    auto fetched = co_await fetch(link, context);
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
  ++run_counts_[run.connection + "|" + std::string(to_string(run.state))];
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
      const auto wait = !next || link->busy ? std::chrono::milliseconds(1000)
                                            : std::max(*next - steady(), std::chrono::milliseconds(0));
      link->sync_timer.expires_after(std::min<std::chrono::milliseconds>(wait, std::chrono::hours(1)) +
                                     std::chrono::milliseconds(1));
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
    link->push_timer.cancel();
  }
  --active_;
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
