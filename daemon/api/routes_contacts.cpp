#include "core/domain/email_address.h"
#include "core/domain/evidence.h"
#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_history.h"
#include "daemon/api/contact_query.h"
#include "daemon/api/explain.h"
#include "daemon/api/find_contact.h"
#include "daemon/api/lists.h"
#include "daemon/api/moments.h"
#include "daemon/api/past_state.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;

constexpr std::size_t kTimeline = 1000;  // entries that `explain` shows; the timeline's own path has them all

asio::awaitable<HttpResponse> get_contacts(Context& context) {
  store::ContactQuery query;
  if (const auto problem = read_contact_query(context, query, Paged::yes)) co_return problem_response(*problem);
  std::optional<store::ContactPage> page;
  const ReadJob job = [&](store::Reader& reader) {
    page = reader.contacts(query);
    if (!page) return;
    for (auto& contact : page->contacts)  // with its records: the same shape as everywhere
      if (auto whole = reader.contact(contact.id)) contact = std::move(*whole);
  };
  co_await context.control.read(job);
  if (!page) co_return problem_response(bad_cursor());
  Json items = Json::array();
  for (const auto& contact : page->contacts) items.push_back(to_json(contact));
  co_return page_response(std::move(items), page->next.empty() ? "" : make_cursor("contacts", page->next));
}

// With ?at=TIME as it was then, by the audit log.
asio::awaitable<HttpResponse> get_contact(Context& context) {
  QueryFields fields(context.request);
  const auto at = read_past(fields, context.control.now());
  const auto ref = contact_ref(context, fields);
  if (const auto* problem = std::get_if<Problem>(&ref)) co_return problem_response(*problem);
  const auto& wanted = std::get<ContactRef>(ref);
  std::optional<store::ContactRow> contact;
  PastState past;
  const ReadJob job = [&](store::Reader& reader) {
    contact = read_contact(reader, context.principal, wanted);
    if (contact && at) past = past_state(reader, *contact, *at);
  };
  co_await context.control.read(job);
  if (!contact) co_return problem_response(no_contact(wanted));
  co_return json_response(200, at ? to_json(*contact, past) : to_json(*contact));
}

asio::awaitable<HttpResponse> get_timeline(Context& context) {
  QueryFields fields(context.request);
  const auto limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 100));
  const auto after = read_id_cursor("timeline", fields.text("after"));
  if (!after) fields.refuse(bad_cursor());
  const auto ref = contact_ref(context, fields);
  if (const auto* problem = std::get_if<Problem>(&ref)) co_return problem_response(*problem);
  const auto& wanted = std::get<ContactRef>(ref);
  std::optional<store::ContactRow> contact;
  std::vector<store::AuditRow> rows;
  const ReadJob job = [&](store::Reader& reader) {
    contact = read_contact(reader, context.principal, wanted);
    if (contact) rows = reader.audit("", contact->id, limit + 1, *after);
  };
  co_await context.control.read(job);
  if (!contact) co_return problem_response(no_contact(wanted));
  const auto id_of = [](const store::AuditRow& row) { return row.seq; };
  const auto json_of = [](const store::AuditRow& row) { return to_json(row); };
  co_return page_of(rows, limit, "timeline", id_of, json_of);
}

// What the configuration adds to what the store knows.
void add_configuration(const Context& context, Explanation& about) {
  for (const auto& account : context.config->accounts) {
    if (account.id == about.contact.account)
      about.integrated = account.integrated(), about.resubscribe_allowed = account.resubscribe_allowed;
    for (const auto& connection : account.connections) about.connections.insert(connection.id);
  }
  about.now = context.control.now();
  about.record_url = [&](const std::string& connection, const std::string& id) {
    return context.control.record_url(connection, id);
  };
}

asio::awaitable<HttpResponse> get_explanation(Context& context) {
  QueryFields fields(context.request);
  const auto ref = contact_ref(context, fields);
  if (const auto* problem = std::get_if<Problem>(&ref)) co_return problem_response(*problem);
  const auto& wanted = std::get<ContactRef>(ref);
  std::optional<store::ContactRow> contact;
  Explanation about;
  const ReadJob job = [&](store::Reader& reader) {
    contact = read_contact(reader, context.principal, wanted);
    if (!contact) return;
    about.pushes = reader.pushes_of(contact->id);
    about.timeline = reader.audit("", contact->id, kTimeline + 1, 0);
  };
  co_await context.control.read(job);
  if (!contact) co_return problem_response(no_contact(wanted));
  about.contact = std::move(*contact);
  about.whole_timeline = about.timeline.size() <= kTimeline;
  if (!about.whole_timeline) about.timeline.pop_back();
  add_configuration(context, about);
  co_return json_response(200, explain(about));
}

// {"note"?}: why. The address may be unknown: a no is kept whoever comes first.
asio::awaitable<HttpResponse> unsubscribe(Context& context, store::ContactChange change, const std::string& note) {
  auto actor = context.principal.actor();
  const std::string evidence = note.empty() ? "{}" : domain::evidence("note", note);
  change.add = domain::Suppression{domain::Reason::manual, actor.who, context.control.now(), evidence};
  change.detail = evidence;
  const auto contact = co_await context.control.unsubscribe(std::move(change), std::move(actor));
  co_return json_response(200, to_json(contact));
}

asio::awaitable<HttpResponse> unsubscribe_contact(Context& context) {
  QueryFields fields(context.request);
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  const std::string note = input.text("note").value_or("");
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  const auto ref = contact_ref(context, fields);
  if (const auto* bad = std::get_if<Problem>(&ref)) co_return problem_response(*bad);
  const auto& wanted = std::get<ContactRef>(ref);
  std::optional<store::ContactRow> contact;
  const ReadJob job = [&](store::Reader& reader) { contact = read_contact(reader, context.principal, wanted); };
  co_await context.control.read(job);
  if (!contact) co_return problem_response(no_contact(wanted));
  store::ContactChange change;
  change.account = contact->account, change.address = contact->address, change.display = contact->display;
  auto response = co_await unsubscribe(context, std::move(change), note);
  co_return response;
}

// {"account","email","note"?}
asio::awaitable<HttpResponse> unsubscribe_address(Context& context) {
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  store::ContactChange change;
  change.account = input.required_text("account");
  const std::string email = input.required_text("email");
  const std::string note = input.text("note").value_or("");
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  if (const auto bad = refuse_account(context, change.account)) co_return problem_response(*bad);
  std::string why;
  const auto address = domain::parse_email_address(email, &why);
  if (!address) co_return problem_response(bad_request("That is not an e-mail address: " + why + ".", "Correct it."));
  change.address = address->identity, change.display = address->display;
  auto response = co_await unsubscribe(context, std::move(change), note);
  co_return response;
}

asio::awaitable<HttpResponse> get_conflicts(Context& context) {
  QueryFields fields(context.request);
  const std::string account = fields.text("account");
  auto limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 100));
  const auto after = read_id_cursor("conflicts", fields.text("after"));
  if (!after) fields.refuse(bad_cursor());
  if (!account.empty())
    if (auto problem = refuse_account(context, account)) fields.refuse(std::move(*problem));
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  ConflictPage page;
  const auto accounts = accounts_to_read(context, account);
  const ReadJob job = [&](store::Reader& reader) { page = read_conflicts(reader, accounts, limit, *after); };
  co_await context.control.read(job);
  Json items = Json::array();
  for (const auto& conflict : page.conflicts) items.push_back(to_json(conflict));
  co_return page_response(std::move(items), page.next == 0 ? "" : make_cursor("conflicts", std::to_string(page.next)));
}

}  // namespace

std::vector<Route> contact_routes() {
  return {{"GET", "/api/v1/contacts", Permission::read, get_contacts},
          {"POST", "/api/v1/contacts/unsubscribe", Permission::unsubscribe, unsubscribe_address, true},
          {"GET", "/api/v1/contacts/{id}", Permission::read, get_contact},
          {"GET", "/api/v1/contacts/{id}/timeline", Permission::read, get_timeline},
          {"GET", "/api/v1/contacts/{id}/explain", Permission::read, get_explanation},
          {"POST", "/api/v1/contacts/{id}/unsubscribe", Permission::unsubscribe, unsubscribe_contact, true},
          {"GET", "/api/v1/conflicts", Permission::read, get_conflicts}};
}

}  // namespace crmsync::api
