// The contact's own choices, by signed links: RFC 8058 one-click at /u/TOKEN, and the preference page, which both paths
// show. Nobody signs in, nothing redirects, and GET changes nothing.
#include <algorithm>

#include "core/domain/evidence.h"
#include "daemon/api/find_contact.h"
#include "daemon/api/link_token.h"
#include "daemon/api/lists.h"
#include "daemon/api/preference_page.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;
using WriteJob = engine::Control::WriteJob;

constexpr std::size_t kBodyLimit = 4096;
constexpr std::string_view kSubscribe = "choice=subscribe";

std::string_view languages_of(const Context& context) { return context.request.field("accept-language"); }

// nullopt for every link that leads nowhere: made up, of a retired key, of somebody who was erased.
asio::awaitable<std::optional<store::ContactRow>> find_linked(Context& context) {
  std::optional<store::ContactRow> contact;
  const ReadJob job = [&](store::Reader& reader) {
    const auto keys = reader.link_keys();
    if (const auto id = read_link_token(keys, context.params[0])) contact = reader.contact(*id);
  };
  co_await context.control.read(job);
  co_return contact;
}

HttpResponse page_for(const Context& context, const store::ContactRow& contact, bool done) {
  PreferencePage page;
  for (const auto& account : context.config->accounts)
    if (account.id == contact.account) page.sender = account.name.empty() ? account.id : account.name;
  page.address = masked_address(contact.display);
  page.mailed = contact.status == domain::Status::subscribed;
  page.unsubscribed_by_person = std::any_of(contact.suppressions.begin(), contact.suppressions.end(),
                                            [](const auto& one) { return one.reason == domain::Reason::contact; });
  page.done = done;
  return preference_page(page, languages_of(context));
}

asio::awaitable<HttpResponse> show(Context& context) {
  const auto contact = co_await find_linked(context);
  co_return contact ? page_for(context, *contact, false) : no_such_page(languages_of(context));
}

asio::awaitable<store::ContactRow> unsubscribe(Context& context, const store::ContactRow& contact, std::string where) {
  store::ContactChange change;
  change.account = contact.account, change.address = contact.address, change.display = contact.display;
  change.detail = domain::evidence("said", where);
  change.add = domain::Suppression{domain::Reason::contact, where, context.control.now(), change.detail};
  store::Actor actor{"contact", std::move(where), "person"};
  auto after = co_await context.control.unsubscribe(std::move(change), std::move(actor));
  co_return after;
}

// Fresh consent: it lifts what the person said themselves, and nothing else.
asio::awaitable<store::ContactRow> subscribe(Context& context, const store::ContactRow& contact) {
  store::LiftOrder order;
  order.contact = contact.id, order.actor = domain::Actor::contact, order.only = domain::Reason::contact;
  order.permission_confirmed = true;
  order.detail = domain::evidence("consent", "given on the preference page");
  store::Actor actor{"contact", "preference page", "person"};
  co_await context.control.lift(std::move(order), std::move(actor));
  std::optional<store::ContactRow> after;
  const ReadJob job = [&](store::Reader& reader) { after = reader.contact(contact.id); };
  co_await context.control.read(job);
  co_return after.value_or(contact);
}

// Whatever the body says, as RFC 8058 section 3.2 has it; but for the page's own form, which is on this path, too.
asio::awaitable<HttpResponse> one_click(Context& context) {
  const auto contact = co_await find_linked(context);
  if (!contact) co_return no_such_page(languages_of(context));
  if (context.request.body == kSubscribe) {
    const auto after = co_await subscribe(context, *contact);
    co_return page_for(context, after, true);
  }
  const auto after = co_await unsubscribe(context, *contact, "one-click");
  co_return page_for(context, after, true);
}

asio::awaitable<HttpResponse> choose(Context& context) {
  const auto contact = co_await find_linked(context);
  if (!contact) co_return no_such_page(languages_of(context));
  const auto& body = context.request.body;
  if (body == "choice=unsubscribe") {
    const auto after = co_await unsubscribe(context, *contact, "preference page");
    co_return page_for(context, after, true);
  }
  if (body == kSubscribe) {
    const auto after = co_await subscribe(context, *contact);
    co_return page_for(context, after, true);
  }
  co_return page_for(context, *contact, false);
}

// {"url","one_click","headers":{...}}: what to put into a message.
asio::awaitable<HttpResponse> get_link(Context& context) {
  QueryFields fields(context.request);
  const auto ref = contact_ref(context, fields);
  if (const auto* bad = std::get_if<Problem>(&ref)) co_return problem_response(*bad);
  const auto& wanted = std::get<ContactRef>(ref);
  const std::string& base = context.config->api.public_url;
  if (base.empty())
    co_return problem_response(
        {409, "no_public_url", "There are no links", "The configuration says not where people reach them.",
         "Set `api: { public_url: https://... }`, and let a proxy pass /u/ and /p/ on to `listen`."});
  std::optional<store::ContactRow> contact;
  std::vector<store::LinkKey> keys;
  const ReadJob job = [&](store::Reader& reader) {
    contact = read_contact(reader, context.principal, wanted);
    keys = reader.link_keys();
  };
  co_await context.control.read(job);
  if (!contact) co_return problem_response(no_contact(wanted));
  const std::string token = make_link_token(keys.front(), contact->id);
  Json json;
  json["url"] = base + "/p/" + token;
  json["one_click"] = base + "/u/" + token;
  json["headers"] = {{"List-Unsubscribe", "<" + base + "/u/" + token + ">"},
                     {"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"}};
  co_return json_response(200, json);
}

// {"retire"?: true}: then links that were made before are dead.
asio::awaitable<HttpResponse> rotate(Context& context) {
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  const bool retire = input.boolean("retire").value_or(false);
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  const WriteJob job = [&](store::Store& store) { store.rotate_link_key(retire, context.control.now()); };
  co_await context.control.write(job);
  co_return json_response(200, Json{{"rotated", true}, {"retired", retire}});
}

}  // namespace

std::vector<Route> link_routes() {
  return {{"GET", "/u/{token}", Permission::none, show},
          {"POST", "/u/{token}", Permission::none, one_click, false, kBodyLimit},
          {"GET", "/p/{token}", Permission::none, show},
          {"POST", "/p/{token}", Permission::none, choose, false, kBodyLimit},
          {"GET", "/api/v1/contacts/{id}/link", Permission::operate, get_link},
          {"POST", "/api/v1/links/rotate", Permission::administer, rotate, true}};
}

}  // namespace crmsync::api
