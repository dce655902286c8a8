// Jobs: what is done to every contact of a selection, what became of each, and taking it back.
#include "daemon/api/basis.h"
#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_job.h"
#include "daemon/api/csv_text.h"
#include "daemon/api/find_job.h"
#include "daemon/api/lists.h"
#include "daemon/api/make_selection.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;
using WriteJob = engine::Control::WriteJob;
using store::JobKind;

std::optional<JobKind> parse_kind(std::string_view name) {
  for (const auto kind : {JobKind::resubscribe, JobKind::unsubscribe, JobKind::lift})
    if (to_string(kind) == name) return kind;
  return std::nullopt;
}

Permission permission_for(JobKind kind) {
  if (kind == JobKind::lift) return Permission::support;
  return kind == JobKind::unsubscribe ? Permission::unsubscribe : Permission::operate;
}

Problem unconfirmed(std::string detail, std::int64_t count) {
  return {422, "confirmation_missing", "The job is not confirmed", std::move(detail),
          "Send `confirmation`: {\"permission\": true, \"statement\": \"how these people gave it\", \"count\": " +
              std::to_string(count) + "}."};
}

// Who confirms has seen how many people it is about.
std::optional<Problem> refuse_basis(const Basis& basis, const store::SelectionRow& selection, JobKind kind) {
  if (basis.dry_run) return std::nullopt;
  if (basis.count && *basis.count != selection.count)
    return unconfirmed("The confirmation is about " + std::to_string(*basis.count) + " contacts, the selection has " +
                           std::to_string(selection.count) + ".",
                       selection.count);
  if (kind == JobKind::unsubscribe) return std::nullopt;
  if (!basis.confirmed) return unconfirmed("Mailing people again needs their permission.", selection.count);
  if (!basis.count) return unconfirmed("The confirmation does not name the number of contacts.", selection.count);
  return std::nullopt;
}

std::optional<Problem> refuse_account_setting(const Context& context, const std::string& id) {
  for (const auto& account : context.config->accounts)
    if (account.id == id && !account.resubscribe_allowed)
      return Problem{403, "resubscribe_forbidden", "This account forbids it",
                     "This account does not allow its operators to resubscribe anybody.",
                     "An administrator can set `resubscribe: allowed` for the account in the configuration."};
  return std::nullopt;
}

// The body of POST jobs, as far as it can be judged without the store.
struct Order {
  JobKind kind = JobKind::resubscribe;
  store::Id selection = 0;
  std::optional<domain::Reason> reason;
  std::string ticket;
  Basis basis;
};

std::optional<Problem> read_order(BodyFields& input, Order& order) {
  const auto kind = parse_kind(input.required_text("kind"));
  const auto selection = parse_selection(input.required_text("selection"));
  const std::string reason = input.text("reason").value_or("");
  order.ticket = input.text("ticket").value_or("");
  order.basis = read_basis(input);
  if (auto bad = input.problem()) return bad;
  if (!kind)
    return bad_request("There is no such kind of job.", "Send `kind`: resubscribe, unsubscribe or lift (support).");
  if (!selection) return bad_request("That is not the id of a selection.", "`POST selections` makes one.");
  order.kind = *kind, order.selection = *selection, order.reason = domain::parse_reason(reason);
  if (*kind != JobKind::lift && !reason.empty())
    return bad_request("Only a `lift` names a reason.", "Leave `reason` out: everything that may be lifted is.");
  if (*kind == JobKind::lift && !order.reason)
    return bad_request("A `lift` needs one of the ten reasons.", "Send `reason`, such as hard_bounce.");
  if (*kind == JobKind::lift && order.ticket.empty() && !order.basis.dry_run)
    return Problem{422, "ticket_missing", "Support lifts need a ticket", "There is no `ticket`.",
                   "Send the reference of the ticket."};
  return std::nullopt;
}

store::JobDraft draft_of(const Context& context, Order& order) {
  store::JobDraft draft;
  draft.kind = order.kind, draft.selection = order.selection, draft.reason = order.reason;
  draft.actor = context.principal.actor();
  if (order.kind == JobKind::lift) draft.actor.basis = "support";
  if (!order.ticket.empty()) order.basis.detail["ticket"] = order.ticket;
  order.basis.detail["role"] = domain::to_string(context.principal.role);
  draft.permission_confirmed = order.basis.confirmed, draft.has_ticket = !order.ticket.empty();
  draft.dry_run = order.basis.dry_run, draft.detail = to_text(order.basis.detail);
  return draft;
}

asio::awaitable<HttpResponse> start(Context& context, store::JobDraft draft) {
  std::optional<store::JobRow> row;
  const WriteJob job = [&](store::Store& store) { row = store.job(store.begin_job(draft, context.control.now())); };
  co_await context.control.write(job);
  context.control.wake_jobs();
  co_return json_response(202, to_json(*row));
}

// {"kind", "selection", "reason"?, "ticket"?, "confirmation"?, "note"?, "dry_run"?}
asio::awaitable<HttpResponse> add_job(Context& context) {
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  Order order;
  if (const auto bad = read_order(input, order)) co_return problem_response(*bad);
  if (const auto bad = refuse_permission(context.principal, permission_for(order.kind)))
    co_return problem_response(*bad);
  std::optional<store::SelectionRow> selection;
  const ReadJob find = [&](store::Reader& reader) { selection = reader.selection(order.selection); };
  co_await context.control.read(find);
  if (!selection || !selection->frozen || !context.principal.sees(selection->account))
    co_return problem_response(not_found("There is no such selection.", "`POST selections` makes one."));
  if (order.kind == JobKind::resubscribe && !order.basis.dry_run)
    if (const auto bad = refuse_account_setting(context, selection->account)) co_return problem_response(*bad);
  if (const auto bad = refuse_basis(order.basis, *selection, order.kind)) co_return problem_response(*bad);
  auto draft = draft_of(context, order);
  auto response = co_await start(context, std::move(draft));
  co_return response;
}

asio::awaitable<HttpResponse> get_job(Context& context) {
  QueryFields fields(context.request);
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  const auto row = co_await find_job(context);
  co_return row ? json_response(200, to_json(*row)) : problem_response(no_job());
}

asio::awaitable<HttpResponse> get_jobs(Context& context) {
  QueryFields fields(context.request);
  const std::string account = fields.text("account");
  const auto limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 50));
  const auto before = read_id_cursor("jobs", fields.text("after"));
  if (!before) fields.refuse(bad_cursor());
  if (auto bad = refuse_account(context, account)) fields.refuse(std::move(*bad));
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  std::vector<store::JobRow> rows;
  const ReadJob job = [&](store::Reader& reader) { rows = reader.jobs(account, limit + 1, *before); };
  co_await context.control.read(job);
  const auto id_of = [](const store::JobRow& row) { return row.id; };
  const auto json_of = [](const store::JobRow& row) { return to_json(row); };
  co_return page_of(rows, limit, "jobs", id_of, json_of);
}

asio::awaitable<HttpResponse> cancel_job(Context& context) {
  auto row = co_await find_job(context);
  if (!row) co_return problem_response(no_job());
  if (const auto bad = refuse_permission(context.principal, permission_for(row->draft.kind)))
    co_return problem_response(*bad);
  bool cancelled = false;
  const WriteJob job = [&](store::Store& store) {
    cancelled = store.cancel_job(row->id, context.control.now());
    row = store.job(row->id);
  };
  co_await context.control.write(job);
  if (!cancelled)
    co_return problem_response({409, "job_over", "The job is over", "There is nothing left to cancel.",
                                "`crmsyncctl undo` takes back what it has done."});
  context.control.wake_jobs();  // a held one still has to free whom it put on hold
  co_return json_response(200, to_json(*row));
}

asio::awaitable<HttpResponse> get_outcomes(Context& context) {
  QueryFields fields(context.request);
  const auto limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 100));
  const auto from = read_id_cursor("outcomes", fields.text("after"));
  if (!from) fields.refuse(bad_cursor());
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  const auto row = co_await find_job(context);
  if (!row) co_return problem_response(no_job());
  std::vector<store::OutcomeRow> rows;
  const ReadJob job = [&](store::Reader& reader) { rows = reader.job_outcomes(row->id, limit + 1, *from); };
  co_await context.control.read(job);
  const auto next_of = [](const store::OutcomeRow& one) { return one.place + 1; };
  const auto json_of = [](const store::OutcomeRow& one) { return to_json(one); };
  co_return page_of(rows, limit, "outcomes", next_of, json_of);
}

// Where a download has got to; shared with the stream, which outlives the request's function.
struct Download {
  engine::Control& control;
  store::Id job = 0;
  std::int64_t from = 0;
  bool done = false;
};

asio::awaitable<std::optional<std::string>> next_records(std::shared_ptr<Download> state) {
  std::optional<std::string> text;
  if (state->done) co_return text;
  std::vector<store::OutcomeRow> rows;
  const ReadJob job = [&](store::Reader& reader) { rows = reader.job_outcomes(state->job, kMostPerPage, state->from); };
  co_await state->control.read(job);
  text.emplace(state->from == 0 ? csv_record({"id", "email", "outcome", "reason", "remedy"}) : "");
  for (const auto& row : rows) {
    const std::string reason(row.outcome.reason ? domain::to_string(*row.outcome.reason) : "");
    *text += csv_record({id_text(row.contact), row.address, std::string(to_string(row.outcome.outcome)), reason,
                         std::string(remedy_of(row.outcome.outcome))});
  }
  state->from += static_cast<std::int64_t>(rows.size());
  state->done = rows.size() < static_cast<std::size_t>(kMostPerPage);
  co_return text;
}

asio::awaitable<HttpResponse> download_outcomes(Context& context) {
  QueryFields fields(context.request);
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  const auto row = co_await find_job(context);
  if (!row) co_return problem_response(no_job());
  const auto state = std::make_shared<Download>(Download{context.control, row->id});
  HttpResponse response(200, "text/csv; charset=utf-8", "");
  response.fields.emplace_back("Content-Disposition", "attachment; filename=\"" + job_text(row->id) + ".csv\"");
  response.stream = [state] { return next_records(state); };
  co_return response;
}

struct Undoing {
  std::string account;
  store::Id number = 0;  // Audit::run
  Json of = Json::object();
};

// A job of its own over everybody whom the run or job has changed.
asio::awaitable<HttpResponse> undo(Context& context, Undoing what) {
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  Order order;
  order.kind = JobKind::undo, order.basis = read_basis(input);
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  Wanted wanted;
  wanted.number = what.number;
  store::SelectionDraft selection;
  selection.account = what.account, selection.what = to_text(what.of), selection.who = context.principal.who;
  const auto made = co_await make_selection(context.control, selection, wanted);
  order.selection = made.id;
  order.basis.detail["undo"] = what.of;
  auto draft = draft_of(context, order);
  draft.undoes = what.number;
  auto response = co_await start(context, std::move(draft));
  co_return response;
}

Problem not_over(const char* what) {
  return {409, "still_running", "It is not over yet", std::string("The ") + what + " is still at work.",
          "Wait until it is finished, or cancel the job, then undo it."};
}

asio::awaitable<HttpResponse> undo_job(Context& context) {
  const auto row = co_await find_job(context);
  if (!row) co_return problem_response(no_job());
  if (row->draft.dry_run)
    co_return problem_response({409, "nothing_done", "There is nothing to undo", "The job was a dry run.",
                                "Undo the job that changed something."});
  if (row->state == store::JobState::waiting || row->state == store::JobState::running)
    co_return problem_response(not_over("job"));
  Undoing what{row->account, store::audit_number_of_job(row->id), Json{{"job", job_text(row->id)}}};
  auto response = co_await undo(context, std::move(what));
  co_return response;
}

asio::awaitable<HttpResponse> undo_run(Context& context) {
  const auto id = parse_id(context.params[0]);
  std::optional<store::RunRow> run;
  std::string account;
  const ReadJob job = [&](store::Reader& reader) {
    if (id) run = reader.run(*id);
    if (!run) return;
    const auto visible = visible_connections(reader, context.principal);
    if (const auto found = visible.find(run->connection); found != visible.end()) account = found->second;
  };
  co_await context.control.read(job);
  if (account.empty()) co_return problem_response(not_found("There is no such run.", "`crmsyncctl runs` lists them."));
  if (run->state == store::RunState::running) co_return problem_response(not_over("run"));
  Undoing what{account, run->id, Json{{"run", id_text(run->id)}}};
  auto response = co_await undo(context, std::move(what));
  co_return response;
}

}  // namespace

std::vector<Route> job_routes() {
  return {{"POST", "/api/v1/jobs", Permission::unsubscribe, add_job, true},
          {"GET", "/api/v1/jobs", Permission::read, get_jobs},
          {"GET", "/api/v1/jobs/{id}", Permission::read, get_job},
          {"POST", "/api/v1/jobs/{id}/cancel", Permission::unsubscribe, cancel_job, true},
          {"GET", "/api/v1/jobs/{id}/outcomes", Permission::read, get_outcomes},
          {"GET", "/api/v1/jobs/{id}/outcomes.csv", Permission::read, download_outcomes},
          {"POST", "/api/v1/jobs/{id}/undo", Permission::operate, undo_job, true},
          {"POST", "/api/v1/runs/{id}/undo", Permission::operate, undo_run, true}};
}

}  // namespace crmsync::api
