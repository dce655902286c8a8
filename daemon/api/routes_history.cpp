// How many contacts were in which state at the end of each of the last days: what a chart shows.
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/routes.h"
#include "daemon/api/status_counts.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;

constexpr std::int64_t kMostDays = 1000;

Json to_json(const store::DayCounts& day) {
  Json json;
  json["day"] = to_rfc3339(day.day * domain::kDay).substr(0, 10);
  json.update(status_counts(day.counts));
  json["reasons"] = reason_counts(day.counts);
  return json;
}

asio::awaitable<HttpResponse> get_history(Context& context) {
  QueryFields fields(context.request);
  const std::string account = fields.text("account");
  const auto days = fields.number("days", 1, kMostDays, 90);
  if (auto problem = refuse_account(context, account)) fields.refuse(std::move(*problem));
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  const auto today = context.control.now() / domain::kDay;
  std::vector<store::DayCounts> history;
  const ReadJob job = [&](store::Reader& reader) { history = reader.history(account, today - days + 1, today); };
  co_await context.control.read(job);
  Json json;
  json["account"] = account;
  json["days"] = Json::array();
  for (const auto& day : history) json["days"].push_back(to_json(day));
  co_return json_response(200, json);
}

}  // namespace

std::vector<Route> history_routes() { return {{"GET", "/api/v1/history", Permission::read, get_history}}; }

}  // namespace crmsync::api
