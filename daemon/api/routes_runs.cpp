#include <algorithm>

#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_run.h"
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;

Problem no_run(std::string_view id) {
  return not_found("There is no run \"" + std::string(id.substr(0, 20)) + "\".", "`crmsyncctl runs` lists them.");
}

// Newest first, of all connections that the caller sees.
std::vector<store::RunRow> visible_runs(store::Reader& reader, const Principal& principal, std::size_t limit,
                                        store::Id before) {
  if (principal.sees_all()) return reader.runs("", limit, before);
  std::vector<store::RunRow> all;
  for (const auto& [connection, account] : visible_connections(reader, principal)) {
    auto runs = reader.runs(connection, limit, before);
    std::move(runs.begin(), runs.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  if (all.size() > limit) all.resize(limit);
  return all;
}

asio::awaitable<HttpResponse> get_runs(Context& context) {
  QueryFields query(context.request);
  const std::string connection = query.text("connection");
  const auto limit = static_cast<std::size_t>(query.number("limit", 1, kMostPerPage, 50));
  const auto before = read_id_cursor("runs", query.text("after"));
  if (!before) query.refuse(bad_cursor());
  if (const auto problem = query.problem()) co_return problem_response(*problem);
  std::vector<store::RunRow> runs;
  bool known = true;
  const ReadJob job = [&](store::Reader& reader) {
    if (connection.empty())
      runs = visible_runs(reader, context.principal, limit + 1, *before);
    else if ((known = visible_connections(reader, context.principal).contains(connection)))
      runs = reader.runs(connection, limit + 1, *before);
  };
  co_await context.control.read(job);
  if (!known) {
    const auto problem = refuse_connection(context, connection);  // nothing: configured, but the store has no run yet
    co_return problem ? problem_response(*problem) : page_response(Json::array(), "");
  }
  const auto id_of = [](const store::RunRow& run) { return run.id; };
  const auto json_of = [](const store::RunRow& run) { return to_json(run); };
  co_return page_of(runs, limit, "runs", id_of, json_of);
}

// The run that the path names, if the caller may see it.
asio::awaitable<std::optional<store::RunRow>> find_run(Context& context) {
  const auto id = parse_id(context.params[0]);
  std::optional<store::RunRow> run;
  if (!id) co_return run;
  const ReadJob job = [&](store::Reader& reader) {
    run = reader.run(*id);
    if (run && !visible_connections(reader, context.principal).contains(run->connection)) run.reset();
  };
  co_await context.control.read(job);
  co_return run;
}

asio::awaitable<HttpResponse> get_run(Context& context) {
  QueryFields query(context.request);
  if (const auto problem = query.problem()) co_return problem_response(*problem);
  const auto run = co_await find_run(context);
  co_return run ? json_response(200, to_json(*run)) : problem_response(no_run(context.params[0]));
}

asio::awaitable<HttpResponse> get_changes(Context& context) {
  QueryFields query(context.request);
  const auto limit = static_cast<std::size_t>(query.number("limit", 1, kMostPerPage, 100));
  const auto after = read_id_cursor("changes", query.text("after"));
  if (!after) query.refuse(bad_cursor());
  if (const auto problem = query.problem()) co_return problem_response(*problem);
  const auto run = co_await find_run(context);
  if (!run) co_return problem_response(no_run(context.params[0]));
  std::vector<store::ChangeRow> changes;
  const ReadJob job = [&](store::Reader& reader) { changes = reader.changes(run->id, limit + 1, *after); };
  co_await context.control.read(job);
  const auto id_of = [](const store::ChangeRow& change) { return change.id; };
  const auto json_of = [](const store::ChangeRow& change) { return to_json(change); };
  co_return page_of(changes, limit, "changes", id_of, json_of);
}

HttpResponse settled(const Result<store::RunRow>& run) {
  return run ? json_response(200, to_json(*run)) : problem_response(problem_of(run.error()));
}

asio::awaitable<HttpResponse> approve(Context& context) {
  const auto run = co_await find_run(context);
  if (!run) co_return problem_response(no_run(context.params[0]));
  auto actor = context.principal.actor();
  const auto result = co_await context.control.approve(run->id, std::move(actor));
  co_return settled(result);
}

asio::awaitable<HttpResponse> reject(Context& context) {
  const auto run = co_await find_run(context);
  if (!run) co_return problem_response(no_run(context.params[0]));
  auto actor = context.principal.actor();
  const auto result = co_await context.control.reject(run->id, std::move(actor));
  co_return settled(result);
}

}  // namespace

std::vector<Route> run_routes() {
  return {{"GET", "/api/v1/runs", Permission::read, get_runs},
          {"GET", "/api/v1/runs/{id}", Permission::read, get_run},
          {"GET", "/api/v1/runs/{id}/changes", Permission::read, get_changes},
          {"POST", "/api/v1/runs/{id}/approve", Permission::operate, approve, true},
          {"POST", "/api/v1/runs/{id}/reject", Permission::operate, reject, true}};
}

}  // namespace crmsync::api
