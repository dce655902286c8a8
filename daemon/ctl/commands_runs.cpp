#include <ostream>

#include "daemon/ctl/commands.h"
#include "daemon/ctl/lists.h"
#include "daemon/ctl/views.h"

namespace crmsync::ctl {

namespace {

std::string run_path(const Options& options) { return "/api/v1/runs/" + encode_component(options.names.front()); }

int print_run(const Session& session, const Answer& answer) {
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  const auto& run = std::get<Json>(answer);
  if (session.json())
    session.print(run);
  else
    session.out() << run_view(run, session.terminal());
  return kFine;
}

}  // namespace

int list_runs(Session& session, const Options& options) {
  const auto query =
      query_of({{"connection", options.connection}, {"limit", limit_text(options.limit)}, {"after", options.after}});
  return print_page(session, "/api/v1/runs" + query, runs_view);
}

int show_run(Session& session, const Options& options) { return print_run(session, session.get(run_path(options))); }

int show_changes(Session& session, const Options& options) {
  const auto query = query_of({{"limit", limit_text(options.limit)}, {"after", options.after}});
  return print_page(session, run_path(options) + "/changes" + query, changes_view);
}

// Approving a doubt reads again, and what was read can be held or fail like any run.
int approve(Session& session, const Options& options) {
  const auto answer = session.post(run_path(options) + "/approve");
  const int exit = print_run(session, answer);
  if (exit != kFine) return exit;
  const std::string state = text_of(std::get<Json>(answer), "state");
  return state == "failed" ? kFailed : state == "held" ? kHeld : kFine;
}

int reject(Session& session, const Options& options) {
  return print_run(session, session.post(run_path(options) + "/reject"));
}

int list_connections(Session& session, const Options&) {
  return print_page(session, "/api/v1/connections", connections_view);
}

int test_connection(Session& session, const Options& options) {
  const auto answer = session.post("/api/v1/connections/" + encode_component(options.names.front()) + "/test");
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  const auto& probe = std::get<Json>(answer);
  if (session.json())
    session.print(probe);
  else
    session.out() << probe_view(probe, session.terminal());
  return probe.value("ok", false) ? kFine : kFailed;
}

}  // namespace crmsync::ctl
