#include "daemon/api/codec_history.h"
#include "daemon/api/codec_run.h"
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/routes.h"
#include "daemon/api/status_counts.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;

constexpr std::size_t kMostConflicts = 10000;  // that are counted for a caller who does not see all accounts

std::vector<ConnectionView> read_connections(store::Reader& reader, const Principal& principal,
                                             const std::vector<engine::ConnectionActivity>& activity) {
  std::map<std::string, ConnectionView> views;
  for (const auto& one : activity)
    if (principal.sees(one.account)) views[one.id] = {one.id, one.account, one, std::nullopt, std::nullopt};
  for (auto& state : reader.connections()) {
    if (!principal.sees(state.account)) continue;
    auto& view = views[state.id];
    view.id = state.id, view.account = state.account;
    view.state = std::move(state);
  }
  std::vector<ConnectionView> all;
  for (auto& [id, view] : views) {
    auto last = reader.runs(id, 1, 0);
    if (!last.empty()) view.last_run = std::move(last.front());
    all.push_back(std::move(view));
  }
  return all;
}

Json connections_json(const std::vector<ConnectionView>& views, domain::Millis now) {
  Json json = Json::array();
  for (const auto& view : views) json.push_back(to_json(view, now));
  return json;
}

Json account_json(const config::Account& account, const store::ContactCounts& counts) {
  Json json;
  json["id"] = account.id;
  json["name"] = account.name;
  json["integrated"] = account.integrated();
  json["resubscribe"] = account.resubscribe_allowed ? "allowed" : "forbidden";
  json["contacts"] = status_counts(counts);
  json["reasons"] = reason_counts(counts);
  return json;
}

std::int64_t count_conflicts(store::Reader& reader, const Principal& principal) {
  if (principal.sees_all()) return reader.conflict_count();
  std::size_t count = 0;
  for (const auto& account : principal.accounts) count += reader.conflicts(account, kMostConflicts, 0).size();
  return static_cast<std::int64_t>(count);
}

// What the engine knows was asked before, on its own thread.
struct Moment {
  domain::Millis now = 0;
  bool ready = false;
  std::vector<engine::ConnectionActivity> activity;
};

// Everything of the status that comes from the store, in one read: it fits together.
Json read_status(store::Reader& reader, const Context& context, const Moment& moment) {
  const auto views = read_connections(reader, context.principal, moment.activity);
  const auto visible = visible_connections(reader, context.principal);
  Json json;
  json["ready"] = moment.ready;
  json["now"] = to_rfc3339(moment.now);
  json["accounts"] = Json::array();
  for (const auto& account : context.config->accounts)
    if (context.principal.sees(account.id))
      json["accounts"].push_back(account_json(account, reader.counts(account.id)));
  json["connections"] = connections_json(views, moment.now);
  json["held_runs"] = Json::array();
  for (const auto& run : reader.held_runs())
    if (visible.contains(run.connection)) json["held_runs"].push_back(to_json(run));
  json["outbox"] = Json::array();
  for (const auto& summary : reader.outbox_summary(moment.now))
    if (visible.contains(summary.connection)) json["outbox"].push_back(to_json(summary));
  json["conflicts"] = count_conflicts(reader, context.principal);
  return json;
}

asio::awaitable<HttpResponse> get_status(Context& context) {
  QueryFields query(context.request);
  if (const auto problem = query.problem()) co_return problem_response(*problem);
  const Moment moment{context.control.now(), context.control.ready(), context.control.activity()};
  Json json;
  const ReadJob job = [&](store::Reader& reader) { json = read_status(reader, context, moment); };
  co_await context.control.read(job);
  co_return json_response(200, json);
}

asio::awaitable<HttpResponse> get_connections(Context& context) {
  QueryFields query(context.request);
  if (const auto problem = query.problem()) co_return problem_response(*problem);
  const auto activity = context.control.activity();
  std::vector<ConnectionView> views;
  const ReadJob job = [&](store::Reader& reader) { views = read_connections(reader, context.principal, activity); };
  co_await context.control.read(job);
  co_return page_response(connections_json(views, context.control.now()), "");
}

// The process lives and its store does not hang; asked often, and answered at once during a long write too.
asio::awaitable<HttpResponse> get_health(Context& context) {
  const bool healthy = context.control.healthy();
  co_return HttpResponse(healthy ? 200 : 503, "text/plain; charset=utf-8", healthy ? "ok\n" : "the store hangs\n");
}

asio::awaitable<HttpResponse> get_ready(Context& context) {
  const bool ready = context.control.ready();
  co_return HttpResponse(ready ? 200 : 503, "text/plain; charset=utf-8", ready ? "ready\n" : "not ready\n");
}

asio::awaitable<HttpResponse> get_metrics(Context& context) {
  auto text = co_await context.control.metrics();
  co_return HttpResponse(200, "text/plain; version=0.0.4; charset=utf-8", std::move(text));
}

}  // namespace

std::vector<Route> status_routes() {
  return {{"GET", "/healthz", Permission::none, get_health},
          {"GET", "/readyz", Permission::none, get_ready},
          {"GET", "/metrics", Permission::none, get_metrics},
          {"GET", "/api/v1/status", Permission::read, get_status},
          {"GET", "/api/v1/connections", Permission::read, get_connections}};
}

}  // namespace crmsync::api
