// Many contacts, named once and frozen: what a job then works on, and what its confirmation is about.
#include "daemon/api/codec_job.h"
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/make_selection.h"
#include "daemon/api/moments.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;

constexpr std::size_t kMostNames = 100'000;
constexpr std::size_t kBodyLimit = 8 * 1024 * 1024;

std::optional<Problem> read_filter(const Input& filter, store::ContactQuery& query) {
  BodyFields fields(filter, "The filter");
  query.text = fields.text("q").value_or("");
  query.connection = fields.text("connection").value_or("");
  const std::string status = fields.text("status").value_or("");
  const std::string reason = fields.text("reason").value_or("");
  query.status = domain::parse_status(status);
  query.reason = domain::parse_reason(reason);
  if (!status.empty() && !query.status)
    fields.refuse("The filter: there is no such status.", "Send subscribed, unsubscribed or on_hold.");
  if (!reason.empty() && !query.reason)
    fields.refuse("The filter: there is no such reason.", "The README lists the ten reasons.");
  read_times(fields, query);
  return fields.problem();
}

// What is asked for, in the words of the request.
std::optional<Problem> read_wanted(BodyFields& input, const std::string& account, Wanted& wanted, Json& of) {
  auto ids = input.texts("ids", kMostNames);
  const Input* filter = input.object("filter");
  const bool all = input.boolean("all").value_or(false);
  if (auto bad = input.problem()) return bad;
  if ((ids ? 1 : 0) + (filter != nullptr ? 1 : 0) + (all ? 1 : 0) != 1)
    return bad_request("A selection is made of one thing.",
                       "Send `ids` (ids or addresses), or a `filter`, or `all`: true.");
  if (ids) {
    of["ids"] = ids->size();
    wanted.names = std::move(*ids);
    return std::nullopt;
  }
  wanted.query.emplace().account = account;
  if (all) of["all"] = true;
  if (filter == nullptr) return std::nullopt;
  of["filter"] = Json::parse(filter->dump());
  return read_filter(*filter, *wanted.query);
}

// {"account", "ids": [...] | "filter": {...} | "all": true}
asio::awaitable<HttpResponse> add_selection(Context& context) {
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  store::SelectionDraft draft;
  draft.account = input.required_text("account");
  Wanted wanted;
  Json of = Json::object();
  if (const auto bad = read_wanted(input, draft.account, wanted, of)) co_return problem_response(*bad);
  if (const auto bad = refuse_account(context, draft.account)) co_return problem_response(*bad);
  draft.what = to_text(of), draft.who = context.principal.who;
  const auto made = co_await make_selection(context.control, draft, wanted);
  std::optional<store::SelectionRow> row;
  const ReadJob job = [&](store::Reader& reader) { row = reader.selection(made.id); };
  co_await context.control.read(job);
  Json json = to_json(*row);
  json["unknown"] = made.unknown;
  co_return json_response(201, json);
}

asio::awaitable<HttpResponse> get_selection(Context& context) {
  QueryFields fields(context.request);
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  const auto id = parse_selection(context.params[0]);
  std::optional<store::SelectionRow> row;
  const ReadJob job = [&](store::Reader& reader) {
    if (id) row = reader.selection(*id);
  };
  co_await context.control.read(job);
  if (!row || !row->frozen || !context.principal.sees(row->account))
    co_return problem_response(not_found("There is no such selection.",
                                         "`POST selections` makes one; it is kept for "
                                         "a day unless a job takes it up."));
  co_return json_response(200, to_json(*row));
}

}  // namespace

std::vector<Route> selection_routes() {
  return {{"POST", "/api/v1/selections", Permission::unsubscribe, add_selection, true, kBodyLimit},
          {"GET", "/api/v1/selections/{id}", Permission::read, get_selection}};
}

}  // namespace crmsync::api
