#include "daemon/api/codec_run.h"
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

// {"mode": "incremental"|"full", "wait": bool}
struct SyncRequest {
  store::RunMode mode = store::RunMode::incremental;
  bool wait = false;
};

std::optional<Problem> read_request(const Context& context, bool may_wait, SyncRequest& request) {
  if (auto problem = refuse_connection(context, context.params[0])) return problem;
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) return problem;
  BodyFields fields(*body, "The body");
  const auto mode = fields.text("mode").value_or("incremental");
  if (mode != "incremental" && mode != "full")
    fields.refuse("The body: \"mode\" is neither incremental nor full.", "Send one of these, or leave it out.");
  request.mode = mode == "full" ? store::RunMode::full : store::RunMode::incremental;
  if (may_wait) request.wait = fields.boolean("wait").value_or(false);
  return fields.problem();
}

asio::awaitable<HttpResponse> sync(Context& context) {
  SyncRequest request;
  if (const auto problem = read_request(context, true, request)) co_return problem_response(*problem);
  std::string id = context.params[0];
  const auto run = co_await context.control.sync(std::move(id), request.mode, request.wait);
  if (!run) co_return problem_response(problem_of(run.error()));
  if (*run) co_return json_response(200, to_json(**run));
  Json json;
  json["connection"] = context.params[0];
  json["mode"] = store::to_string(request.mode);
  json["triggered"] = true;
  co_return json_response(202, json);
}

asio::awaitable<HttpResponse> plan(Context& context) {
  SyncRequest request;
  if (const auto problem = read_request(context, false, request)) co_return problem_response(*problem);
  std::string id = context.params[0];
  const auto report = co_await context.control.plan(std::move(id), request.mode);
  co_return report ? json_response(200, to_json(*report)) : problem_response(problem_of(report.error()));
}

asio::awaitable<HttpResponse> test(Context& context) {
  if (const auto problem = refuse_connection(context, context.params[0])) co_return problem_response(*problem);
  std::string id = context.params[0];
  const auto probe = co_await context.control.test(std::move(id));
  co_return probe ? json_response(200, to_json(*probe)) : problem_response(problem_of(probe.error()));
}

}  // namespace

std::vector<Route> connection_routes() {
  return {{"POST", "/api/v1/connections/{id}/sync", Permission::operate, sync, true},
          {"POST", "/api/v1/connections/{id}/plan", Permission::operate, plan},
          {"POST", "/api/v1/connections/{id}/test", Permission::operate, test}};
}

}  // namespace crmsync::api
