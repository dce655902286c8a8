#include <algorithm>

#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_history.h"
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/moments.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;

struct AuditQuery {
  std::vector<std::string> accounts;  // {""}: all
  store::Id contact = 0;
  std::size_t limit = 100;
  store::Id after = 0;
};

// In order of seq, of all the accounts together.
std::vector<store::AuditRow> read_audit(store::Reader& reader, const AuditQuery& query) {
  std::vector<store::AuditRow> all;
  for (const auto& account : query.accounts) {
    auto rows = reader.audit(account, query.contact, query.limit, query.after);
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; });
  if (all.size() > query.limit) all.resize(query.limit);
  return all;
}

// account, contact and after are common to the list and the export.
std::optional<Problem> read_query(const Context& context, QueryFields& fields, AuditQuery& query) {
  const std::string account = fields.text("account");
  const std::string contact = fields.text("contact");
  const auto after = read_id_cursor("audit", fields.text("after"));
  if (!after) fields.refuse(bad_cursor());
  const auto id = parse_id(contact);
  if (!contact.empty() && !id)
    fields.refuse(bad_request("The parameter \"contact\" is not a contact's id.", "Give its number."));
  if (!account.empty())
    if (auto problem = refuse_account(context, account)) fields.refuse(std::move(*problem));
  query.accounts = accounts_to_read(context, account);
  query.contact = id.value_or(0);
  query.after = after.value_or(0);
  return fields.problem();
}

asio::awaitable<HttpResponse> get_audit(Context& context) {
  QueryFields fields(context.request);
  AuditQuery query;
  const auto limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 100));
  if (const auto problem = read_query(context, fields, query)) co_return problem_response(*problem);
  query.limit = limit + 1;
  std::vector<store::AuditRow> rows;
  const ReadJob job = [&](store::Reader& reader) { rows = read_audit(reader, query); };
  co_await context.control.read(job);
  const auto id_of = [](const store::AuditRow& row) { return row.seq; };
  const auto json_of = [](const store::AuditRow& row) { return to_json(row); };
  co_return page_of(rows, limit, "audit", id_of, json_of);
}

// Where an export has got to; shared with the stream, which outlives the request's function.
struct Export {
  engine::Control& control;
  AuditQuery query;
  store::ContactQuery times;  // since and until
  bool done = false;

  // By the time that stands in the entry: a clock that was set back does not end the export.
  bool wants(const store::AuditRow& row) const {
    return (!times.since || row.at >= *times.since) && (!times.until || row.at <= *times.until);
  }
};

asio::awaitable<std::optional<std::string>> next_lines(std::shared_ptr<Export> state) {
  std::optional<std::string> lines;
  if (state->done) co_return lines;
  std::vector<store::AuditRow> rows;
  const ReadJob job = [&](store::Reader& reader) { rows = read_audit(reader, state->query); };
  co_await state->control.read(job);
  lines.emplace();
  for (const auto& row : rows)
    if (state->wants(row)) *lines += to_text(to_json(row)) + "\n";
  state->done = rows.size() < state->query.limit;
  if (!rows.empty()) state->query.after = rows.back().seq;
  co_return lines;
}

asio::awaitable<HttpResponse> export_audit(Context& context) {
  QueryFields fields(context.request);
  AuditQuery query;
  store::ContactQuery times;
  read_times(fields, times);
  if (const auto problem = read_query(context, fields, query)) co_return problem_response(*problem);
  query.limit = kMostPerPage;
  const auto state = std::make_shared<Export>(Export{context.control, query, times});
  HttpResponse response(200, "application/jsonl", "");
  response.stream = [state] { return next_lines(state); };
  co_return response;
}

asio::awaitable<HttpResponse> verify_audit(Context& context) {
  QueryFields fields(context.request);
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  if (!context.principal.sees_all())
    co_return problem_response(
        forbidden("The chain is one for all accounts.", "Use a token that is for all accounts."));
  store::AuditVerdict verdict;
  const ReadJob job = [&](store::Reader& reader) { verdict = reader.verify_audit(); };
  co_await context.control.read(job);
  co_return json_response(200, to_json(verdict));
}

}  // namespace

std::vector<Route> audit_routes() {
  return {{"GET", "/api/v1/audit", Permission::read, get_audit},
          {"GET", "/api/v1/audit/export", Permission::read, export_audit},
          {"GET", "/api/v1/audit/verify", Permission::read, verify_audit}};
}

}  // namespace crmsync::api
