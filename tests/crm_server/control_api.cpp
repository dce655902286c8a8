#include "tests/crm_server/control_api.h"

#include <array>
#include <chrono>

#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

namespace {

constexpr std::array<const char*, 12> kFirst{"Ada",  "Ben",  "Cleo", "Dan",  "Eve",  "Finn",
                                             "Gwen", "Hugo", "Iris", "Jack", "Kate", "Liam"};
constexpr std::array<const char*, 11> kLast{"Abel",  "Baker", "Clark",  "Dale",  "Ellis", "Frost",
                                            "Grant", "Hale",  "Irving", "Jones", "Kent"};

Choice choice_in(const nlohmann::json& what) {
  return what.value("opted_out", true) ? Choice::unsubscribed : Choice::subscribed;
}

}  // namespace

void Traffic::note(std::string route) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  last_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  if (requests++ == 0) first_ns = last_ns;
  ++by_route[std::move(route)];
}

void Control::seed(std::int64_t count) {
  for (std::int64_t i = 1; i <= count; ++i) {
    const auto n = static_cast<std::size_t>(i);
    const std::string first = kFirst[n % kFirst.size()];
    const std::string last = kLast[n % kLast.size()];
    const std::string email = lower(first) + '.' + lower(last) + '.' + std::to_string(i) + "@example.com";
    crm_.create(email, first, last);
    if (i % 20 == 0) crm_.choose_all(email, Choice::unsubscribed);
  }
}

void Control::choose_for_each(const nlohmann::json& ids, Choice choice) {
  for (const auto& id : ids)
    if (const Contact* contact = crm_.find(id.get<Id>())) crm_.choose_all(contact->email, choice);
}

Reply Control::change(const nlohmann::json& what) {
  const auto kind = what.value("do", "");
  const auto id = static_cast<Id>(what.value("id", std::int64_t{0}));
  const auto text = [&](const char* name) {
    return what.contains(name) ? std::optional(what[name].get<std::string>()) : std::nullopt;
  };
  if (kind == "create")
    return json(
        std::to_string(crm_.create(text("email").value_or(""), text("first").value_or(""), text("last").value_or(""))));
  if (kind == "rename")
    crm_.rename(id, text("email"), text("first"), text("last"));
  else if (kind == "archive")
    crm_.archive(id);
  else if (kind == "restore")
    crm_.restore(id);
  else if (kind == "purge")
    crm_.purge(id);
  else if (kind == "merge")
    return json(std::to_string(crm_.merge(id, static_cast<Id>(what.value("other", std::int64_t{0})))));
  else if (kind == "opt_out" && what.contains("ids"))
    choose_for_each(what["ids"], choice_in(what));
  else if (kind == "opt_out")
    crm_.choose_all(text("email").value_or(""), choice_in(what));
  else if (kind == "opt_out_type")
    crm_.choose_type(text("email").value_or(""), what.value("type", std::int64_t{0}), choice_in(what));
  else if (kind == "advance")
    crm_.advance(what.value("ms", std::int64_t{0}));
  else if (kind == "seed")
    seed(what.value("count", std::int64_t{0}));
  else if (kind == "touch")
    for (std::int64_t n = what.value("count", std::int64_t{0}), i = 0; i < n; ++i)
      crm_.rename(id + static_cast<Id>(i * what.value("step", std::int64_t{1})), std::nullopt, text("first"),
                  std::nullopt);
  else
    return error(400, "VALIDATION_ERROR",
                 "do: create, rename, archive, restore, purge, merge, opt_out, opt_out_type, "
                 "advance, seed or touch");
  return json("true");
}

Reply Control::show(const Request& request) const {
  if (request.path == "/_control/traffic") {
    nlohmann::json all{{"requests", traffic_.requests},
                       {"refused", limits_.refused()},
                       {"routes", traffic_.by_route},
                       {"first_ns", traffic_.first_ns},
                       {"last_ns", traffic_.last_ns}};
    return json(all.dump());
  }
  if (request.path == "/_control/faults") return json(faults_.list().dump());
  if (request.path == "/_control/preferences") {
    const auto* chosen = crm_.preferences(value_of(request.query, "email").value_or(""));
    return json(nlohmann::json{{"opted_out", chosen && chosen->all == Choice::unsubscribed}}.dump());
  }
  // Contacts for the page: id, name, address, opted out; those whose address or name has the text.
  const auto wanted = lower(value_of(request.query, "q").value_or(""));
  const auto most = number_in(value_of(request.query, "limit").value_or("50")).value_or(50);
  auto rows = nlohmann::json::array();
  crm_.each(0, false, [&](const Contact& contact) {
    const std::string name = contact.first + " " + contact.last;
    if (contact.email.find(wanted) == std::string::npos && lower(name).find(wanted) == std::string::npos) return true;
    const auto* chosen = crm_.preferences(contact.email);
    rows.push_back({{"id", contact.id},
                    {"name", name},
                    {"email", contact.email},
                    {"opted_out", chosen && chosen->all == Choice::unsubscribed}});
    return static_cast<std::int64_t>(rows.size()) < most;
  });
  return json(nlohmann::json{{"total", crm_.live_count()}, {"contacts", rows}}.dump());
}

Reply Control::configure(const nlohmann::json& settings) {
  limits_.enforced = settings.value("enforce_limits", limits_.enforced);
  limits_.ten_secondly = settings.value("ten_secondly", limits_.ten_secondly);
  limits_.daily = settings.value("daily", limits_.daily);
  crm_.index_lag = settings.value("index_lag_ms", crm_.index_lag);
  crm_.opt_out_moves_modified = settings.value("opt_out_moves_modified", crm_.opt_out_moves_modified);
  hubspot_.token = settings.value("token", hubspot_.token);
  if (settings.contains("scopes")) {
    hubspot_.scopes.clear();
    for (const auto& scope : settings["scopes"]) hubspot_.scopes.insert(scope.get<std::string>());
  }
  return json("true");
}

Reply Control::handle(const Request& request) {
  if (request.path == "/" || request.path == "/index.html") {
    Reply reply = json(std::string(demo_page()));
    reply.content_type = "text/html; charset=utf-8";
    reply.headers.emplace_back(
        "Content-Security-Policy",
        "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'");
    return reply;
  }
  if (request.method == "GET") return show(request);
  if (request.method == "DELETE" && request.path == "/_control/faults") return faults_.clear(), json("true");
  if (request.method == "DELETE" && request.path == "/_control/traffic") return traffic_ = {}, json("true");
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object()) return error(400, "VALIDATION_ERROR", "a JSON object is expected");
  try {
    if (request.path == "/_control/contacts") return change(body);
    if (request.path == "/_control/settings") return configure(body);
    if (request.path == "/_control/faults") {
      const auto wrong = faults_.add(body);
      return wrong.empty() ? json("true") : error(400, "VALIDATION_ERROR", wrong);
    }
  } catch (const nlohmann::json::exception& wrong) {
    return error(400, "VALIDATION_ERROR", wrong.what());
  }
  return error(404, "NOT_FOUND", "resource not found");
}

}  // namespace crmsync::crm_server
