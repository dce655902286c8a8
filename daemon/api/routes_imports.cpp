// Files of contacts, in and out, for accounts that are managed here; and held jobs.
#include <stdexcept>

#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_job.h"
#include "daemon/api/contact_query.h"
#include "daemon/api/csv_text.h"
#include "daemon/api/fields.h"
#include "daemon/api/find_job.h"
#include "daemon/api/lists.h"
#include "daemon/api/routes.h"
#include "daemon/api/upload.h"
#include "daemon/engine/import_file.h"

namespace crmsync::api {

namespace {

using engine::ImportFile;
using ReadJob = engine::Control::ReadJob;
using WriteJob = engine::Control::WriteJob;

constexpr std::size_t kLargestFile = std::size_t{2} << 30;
constexpr std::int64_t kMostPreviewed = 100;

Problem bad_file(const std::string& why) {
  return {
      422, "bad_file", "The file cannot be imported", why,
      "Send CSV with a header line that names at least the column of the addresses, such as \"email\", or say which "
      "column it is with `column_email`."};
}

Problem managed_by_crm(const std::string& account) {
  return {409, "crm_owns_it", "A CRM manages this account",
          "The contacts of " + account + " come from its connections; a file would contradict them.",
          "Import the file into the CRM, or into an account without connections."};
}

struct ImportQuery {
  std::string account;
  bool archive_missing = false;
  std::int64_t preview = 0;  // rows; 0: import
  engine::ImportColumns columns;
};

std::optional<bool> parse_flag(std::string_view text) {
  if (text == "true" || text == "1") return true;
  return text == "false" || text == "0" ? std::optional(false) : std::nullopt;
}

std::optional<std::string> column(QueryFields& fields, const std::string& name) {
  auto text = fields.text(name);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::optional<Problem> read_query(const Context& context, ImportQuery& query) {
  QueryFields fields(context.request);
  query.account = fields.text("account");
  query.archive_missing = fields.choice("archive_missing", {"true", "false"}, parse_flag).value_or(false);
  query.preview = fields.number("preview", 1, kMostPreviewed, 0);
  query.columns.email = column(fields, "column_email");
  query.columns.opted_out = column(fields, "column_opted_out");
  if (const auto name = column(fields, "column_name")) query.columns.name = {*name};
  if (auto problem = refuse_account(context, query.account)) fields.refuse(std::move(*problem));
  if (auto bad = fields.problem()) return bad;
  for (const auto& account : context.config->accounts)
    if (account.id == query.account && account.integrated()) return managed_by_crm(query.account);
  return std::nullopt;
}

Json mapping_json(const ImportFile& file) {
  const auto mapping = file.mapping();
  Json json;
  json["header"] = mapping.header;
  json["recognised_as"] = mapping.known_as;
  json["email"] = mapping.email;
  json["name"] = mapping.name;
  json["opted_out"] = text_or_null(mapping.opted_out);
  return json;
}

Json row_json(const store::ImportRow& row) {
  Json json;
  json["line"] = row.line;
  json["email"] = text_or_null(row.display);
  json["name"] = text_or_null(row.name);
  json["opted_out"] = row.opted_out;
  json["error"] = text_or_null(row.error);
  return json;
}

// The first rows as they would be taken; nothing is kept.
HttpResponse preview(ImportFile& file, std::int64_t rows) {
  const auto batch = file.next(static_cast<std::size_t>(rows));
  Json json;
  json["mapping"] = mapping_json(file);
  json["rows"] = Json::array();
  for (const auto& row : batch.rows) json["rows"].push_back(row_json(row));
  json["complete"] = batch.last;
  json["doubt"] = text_or_null(batch.doubt);
  return json_response(200, json);
}

asio::awaitable<HttpResponse> import(Context& context) {
  ImportQuery query;
  if (const auto problem = read_query(context, query)) co_return problem_response(*problem);
  const auto upload = context.request.upload;
  if (upload->size() == 0) co_return problem_response(bad_file("The file is empty."));
  const auto file = ImportFile::open(upload->path(), query.columns);
  if (!file) co_return problem_response(bad_file(file.error().message));
  if (query.preview > 0) co_return preview(**file, query.preview);
  store::JobDraft draft;
  draft.actor = context.principal.actor(), draft.actor.basis = "import";
  draft.archive_missing = query.archive_missing;
  draft.detail = to_text(Json{{"role", domain::to_string(context.principal.role)}});
  const std::string place = (*file)->place();
  if (!upload->keep())
    co_return problem_response({507, "not_stored", "The file cannot be stored", "There is no room for it.",
                                "Make room on the disk of the store, then send it again."});
  std::optional<store::JobRow> row;
  const WriteJob job = [&](store::Store& store) {
    row = store.job(store.begin_import(draft, query.account, place, context.control.now()));
  };
  co_await context.control.write(job);
  context.control.wake_jobs();
  co_return json_response(202, to_json(*row));
}

asio::awaitable<HttpResponse> get_errors(Context& context) {
  QueryFields fields(context.request);
  const auto limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 100));
  const auto after = read_id_cursor("errors", fields.text("after"));
  if (!after) fields.refuse(bad_cursor());
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  const auto row = co_await find_job(context);
  if (!row) co_return problem_response(no_job());
  std::vector<store::JobError> errors;
  const ReadJob job = [&](store::Reader& reader) {
    errors = reader.job_errors(row->id, limit + 1, static_cast<std::uint64_t>(*after));
  };
  co_await context.control.read(job);
  const auto line_of = [](const store::JobError& error) { return error.line; };
  const auto json_of = [](const store::JobError& error) { return to_json(error); };
  co_return page_of(errors, limit, "errors", line_of, json_of);
}

asio::awaitable<HttpResponse> decide(Context& context, bool approve) {
  auto row = co_await find_job(context);
  if (!row) co_return problem_response(no_job());
  bool decided = false;
  const WriteJob job = [&](store::Store& store) {
    decided = store.decide_job(row->id, approve, context.control.now());
    row = store.job(row->id);
  };
  co_await context.control.write(job);
  if (!decided)
    co_return problem_response({409, "not_held", "The job is not held",
                                "It is " + std::string(to_string(row->state)) + ".",
                                "Only a held job waits for a decision."});
  context.control.wake_jobs();
  co_return json_response(200, to_json(*row));
}

asio::awaitable<HttpResponse> approve_job(Context& context) { return decide(context, true); }
asio::awaitable<HttpResponse> reject_job(Context& context) { return decide(context, false); }

// --- out ---

// Where an export has got to; shared with the stream, which outlives the request's function.
struct Export {
  engine::Control& control;
  store::ContactQuery query;
  bool begun = false;
  bool done = false;
};

std::string record_of(const store::ContactRow& contact) {
  std::string reasons;
  for (const auto& suppression : contact.suppressions) {
    const std::string name(domain::to_string(suppression.reason));
    if (reasons.find(name) == std::string::npos) reasons += (reasons.empty() ? "" : " ") + name;
  }
  const bool out = contact.status == domain::Status::unsubscribed;
  return csv_record({contact.display, contact.name, out ? "true" : "false",
                     std::string(domain::to_string(contact.status)),
                     std::string(contact.reason ? domain::to_string(*contact.reason) : ""), reasons,
                     to_json(contact)["changed_at"].get<std::string>()});
}

asio::awaitable<std::optional<std::string>> next_records(std::shared_ptr<Export> state) {
  std::optional<std::string> text;
  if (state->done) co_return text;
  std::optional<store::ContactPage> page;
  const ReadJob job = [&](store::Reader& reader) { page = reader.contacts(state->query); };
  co_await state->control.read(job);
  text.emplace();
  if (!state->begun) *text = csv_record({"email", "name", "opted_out", "status", "reason", "reasons", "changed_at"});
  state->begun = true;
  for (const auto& contact : page->contacts) *text += record_of(contact);
  state->query.after = page->next;
  state->done = page->next.empty();
  co_return text;
}

asio::awaitable<HttpResponse> export_contacts(Context& context) {
  store::ContactQuery query;
  if (const auto problem = read_contact_query(context, query, Paged::no)) co_return problem_response(*problem);
  query.limit = static_cast<std::size_t>(kMostPerPage);
  const auto state = std::make_shared<Export>(Export{context.control, query});
  HttpResponse response(200, "text/csv; charset=utf-8", "");
  response.fields.emplace_back("Content-Disposition", "attachment; filename=\"contacts.csv\"");
  response.stream = [state] { return next_records(state); };
  co_return response;
}

}  // namespace

std::vector<Route> import_routes() {
  return {{"POST", "/api/v1/imports", Permission::operate, import, true, kLargestFile, true},
          {"GET", "/api/v1/jobs/{id}/errors", Permission::read, get_errors},
          {"POST", "/api/v1/jobs/{id}/approve", Permission::operate, approve_job, true},
          {"POST", "/api/v1/jobs/{id}/reject", Permission::operate, reject_job, true},
          {"GET", "/api/v1/contacts/export", Permission::read, export_contacts}};
}

}  // namespace crmsync::api
