// Mailing somebody again who was not to be mailed: who may, on what basis, and what stands against it. And erasing
// somebody, who is then not mailed again.
#include "core/domain/email_address.h"
#include "daemon/api/basis.h"
#include "daemon/api/codec_contact.h"
#include "daemon/api/find_contact.h"
#include "daemon/api/lists.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;

unsigned status_of(const std::string& code) {
  if (code == "resubscribe_forbidden") return 403;
  return code == "confirmation_missing" || code == "ticket_missing" ? 422 : 409;
}

// A link to the record to re-activate, where the connector can build one.
std::string link_for(const Context& context, const domain::Suppression& suppression) {
  if (suppression.reason != domain::Reason::integration) return "";
  const auto colon = suppression.source.find(':');
  if (colon == std::string::npos) return "";
  const auto url =
      context.control.record_url(suppression.source.substr(0, colon), suppression.source.substr(colon + 1));
  return url ? " " + *url : "";
}

// One obstacle after another; the first decides how the whole is called.
Problem refused(const Context& context, const store::LiftOutcome& outcome) {
  Problem problem;
  problem.code = outcome.refused.front().second.code;
  problem.status = status_of(problem.code);
  problem.title = "The contact stays unsubscribed";
  for (const auto& [suppression, refusal] : outcome.refused) {
    const std::string remedy = refusal.remedy + link_for(context, suppression);
    const bool said = problem.detail.find(refusal.detail) != std::string::npos;
    if (!said) problem.detail += (problem.detail.empty() ? "" : " ") + refusal.detail;
    if (problem.remedy.find(remedy) == std::string::npos)
      problem.remedy += (problem.remedy.empty() ? "" : " ") + remedy;
    problem.obstacles.push_back(
        {std::string(domain::to_string(suppression.reason)), refusal.code, refusal.detail, remedy});
  }
  return problem;
}

Problem on_hold() {
  return {409, "on_hold", "The contact is on hold",
          "Nothing keeps this contact unsubscribed, but a held run or a flipping CRM record keeps it on hold.",
          "`crmsyncctl contacts explain` names what holds it; approve or reject that run."};
}

std::string_view outcome_name(const store::LiftOutcome& outcome) {
  if (outcome.lifted.empty()) return "already_subscribed";
  return outcome.after == domain::Status::subscribed ? "resubscribed" : "stays_unsubscribed";
}

asio::awaitable<HttpResponse> carry_out(Context& context, store::LiftOrder order) {
  const auto id = order.contact;
  const bool dry_run = order.dry_run;
  auto actor = context.principal.actor();
  if (order.actor == domain::Actor::support) actor.basis = "support";
  const auto outcome = co_await context.control.lift(std::move(order), std::move(actor));
  if (!outcome.refused.empty()) co_return problem_response(refused(context, outcome));
  if (outcome.lifted.empty() && outcome.before == domain::Status::on_hold) co_return problem_response(on_hold());
  std::optional<store::ContactRow> contact;
  const ReadJob job = [&](store::Reader& reader) { contact = reader.contact(id); };
  co_await context.control.read(job);
  Json json = to_json(*contact);
  json["outcome"] = outcome_name(outcome);
  json["dry_run"] = dry_run;
  co_return json_response(200, json);
}

// {"confirmation"?, "note"?, "dry_run"?}
asio::awaitable<HttpResponse> resubscribe_contact(Context& context) {
  QueryFields fields(context.request);
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  Basis basis = read_basis(input);
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  const auto ref = contact_ref(context, fields);
  if (const auto* bad = std::get_if<Problem>(&ref)) co_return problem_response(*bad);
  const auto& wanted = std::get<ContactRef>(ref);
  std::optional<store::ContactRow> contact;
  const ReadJob job = [&](store::Reader& reader) { contact = read_contact(reader, context.principal, wanted); };
  co_await context.control.read(job);
  if (!contact) co_return problem_response(no_contact(wanted));
  store::LiftOrder order;
  order.contact = contact->id;
  order.permission_confirmed = basis.confirmed, order.dry_run = basis.dry_run;
  order.detail = to_text(basis.detail);
  auto response = co_await carry_out(context, std::move(order));
  co_return response;
}

// {"account", "email", "reason", "ticket", "confirmation"?, "note"?, "dry_run"?}
asio::awaitable<HttpResponse> support_lift(Context& context) {
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  ContactRef wanted;
  wanted.account = input.required_text("account");
  const std::string email = input.required_text("email");
  const std::string reason = input.required_text("reason");
  const std::string ticket = input.text("ticket").value_or("");
  Basis basis = read_basis(input);
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  if (const auto bad = refuse_account(context, wanted.account)) co_return problem_response(*bad);
  const auto address = domain::parse_email_address(email);
  const auto named = domain::parse_reason(reason);
  if (!address) co_return problem_response(bad_request("That is not an e-mail address.", "Correct `email`."));
  if (!named)
    co_return problem_response(
        bad_request("There is no such reason.", "`crmsyncctl contacts show` names the reasons."));
  wanted.address = address->identity;
  std::optional<store::ContactRow> contact;
  const ReadJob job = [&](store::Reader& reader) { contact = read_contact(reader, context.principal, wanted); };
  co_await context.control.read(job);
  if (!contact) co_return problem_response(no_contact(wanted));
  store::LiftOrder order;
  order.contact = contact->id, order.actor = domain::Actor::support, order.only = *named;
  order.has_ticket = !ticket.empty();
  if (!ticket.empty()) basis.detail["ticket"] = ticket;
  order.permission_confirmed = basis.confirmed, order.dry_run = basis.dry_run;
  order.detail = to_text(basis.detail);
  auto response = co_await carry_out(context, std::move(order));
  co_return response;
}

Problem being_pushed() {
  return {409, "being_pushed", "A CRM is still to be told",
          "The person's no has not reached their CRM yet; erasing them now would lose it.",
          "`crmsyncctl outbox list` shows what waits; repeat this when it is acknowledged."};
}

// {"note"?}: without anything personal; it goes into the audit log.
asio::awaitable<HttpResponse> forget_contact(Context& context) {
  QueryFields fields(context.request);
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  Json detail = Json::object();
  if (const auto note = input.text("note")) detail["note"] = *note;
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  const auto ref = contact_ref(context, fields);
  if (const auto* bad = std::get_if<Problem>(&ref)) co_return problem_response(*bad);
  const auto& wanted = std::get<ContactRef>(ref);
  const auto actor = context.principal.actor();
  std::optional<store::ContactRow> contact;
  store::ForgetOrder order;
  store::ForgetOutcome outcome;
  order.detail = to_text(detail);
  const engine::Control::WriteJob job = [&](store::Store& store) {
    contact = read_contact(store, context.principal, wanted);
    if (!contact) return;
    order.contact = contact->id;
    outcome = store.forget(order, actor, context.control.now());
  };
  co_await context.control.write(job);
  if (!contact) co_return problem_response(no_contact(wanted));
  if (outcome.being_pushed) co_return problem_response(being_pushed());
  Json json{{"id", id_text(order.contact)}, {"account", contact->account}, {"erased", true}};
  json["still_in"] = Json::array();
  for (const auto& record : outcome.records) {
    const auto url = context.control.record_url(record.connection, record.external_id);
    json["still_in"].push_back({{"connection", record.connection},
                                {"external_id", record.external_id},
                                {"url", url ? Json(*url) : Json(nullptr)}});
  }
  co_return json_response(200, json);
}

}  // namespace

std::vector<Route> lifting_routes() {
  return {{"POST", "/api/v1/contacts/{id}/forget", Permission::administer, forget_contact, true},
          {"POST", "/api/v1/contacts/{id}/resubscribe", Permission::operate, resubscribe_contact, true},
          {"POST", "/api/v1/support/lift", Permission::support, support_lift, true}};
}

}  // namespace crmsync::api
