#include "daemon/api/service.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "core/domain/email_address.h"
#include "daemon/api/problem.h"
#include "daemon/engine/log.h"

namespace crmsync::api {

namespace {

using store::Id;

constexpr std::size_t kBodyLimit = 8 * 1024 * 1024;

HttpResponse json_response(const Json& json, unsigned status = 200) {
  return {status, "application/json", json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

HttpResponse refuse(const Problem& problem) { return problem_response(problem); }

std::string query(const HttpRequest& request, std::string_view name, std::string fallback = "") {
  for (const auto& [key, value] : request.query)
    if (key == name) return value;
  return fallback;
}

std::optional<Id> number(std::string_view text) {
  Id value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::size_t limit_of(const HttpRequest& request) {
  const auto wanted = number(query(request, "limit", "50"));
  return static_cast<std::size_t>(std::clamp<Id>(wanted.value_or(50), 1, 1000));
}

Id after_of(const HttpRequest& request) { return number(query(request, "after", "0")).value_or(0); }

std::string sha256_hex(std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest) hex += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  return hex;
}

// A body that is a JSON object (or, where allowed, a list), nested at most 64 deep.
std::optional<nlohmann::json> body_of(const HttpRequest& request) {
  if (request.body.empty()) return nlohmann::json::object();
  bool deep = false;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    deep |= depth > 64;
    return !deep;
  };
  auto body = nlohmann::json::parse(request.body, watch, false);
  if (deep || body.is_discarded() || (!body.is_object() && !body.is_array())) return std::nullopt;
  return body;
}

HttpResponse bad_body() {
  return refuse(bad_request("the body is not a JSON object", "send a JSON object; see the README for its fields"));
}

HttpResponse no_contact() {
  return refuse(not_found("There is no such contact in this account.",
                          "look it up with `crmsyncctl contacts list --account A --q TEXT`"));
}

}  // namespace

bool Caller::may_see(const std::string& account) const {
  return accounts.empty() || std::find(accounts.begin(), accounts.end(), account) != accounts.end();
}

std::optional<Caller> Service::caller_of(const HttpRequest& request) const {
  if (request.peer.unix_socket) return Caller{"uid " + std::to_string(request.peer.uid), domain::Role::admin, {}};
  const auto header = request.field("authorization");
  if (!header.starts_with("Bearer ")) return std::nullopt;
  const std::string hash = sha256_hex(header.substr(7));
  std::optional<Caller> found;
  for (const auto& token : control_.config()->api.tokens)  // all are compared: the time says nothing
    if (token.sha256.size() == hash.size() && CRYPTO_memcmp(token.sha256.data(), hash.data(), hash.size()) == 0)
      found = Caller{"token " + token.name, token.role, token.accounts};
  return found;
}

Admission Service::admit(const HttpRequest& request) const {
  Admission admission;
  admission.body_limit = request.method == "POST" ? kBodyLimit : 0;
  const bool open = !request.path.empty() &&
                    (request.path[0] == "healthz" || request.path[0] == "readyz" || request.path[0] == "metrics");
  if (!open && !request.path.empty() && !caller_of(request))
    admission.refusal =
        refuse({401, "token_missing", "Who are you?", "This address needs a token.",
                "send `Authorization: Bearer TOKEN` with a token from api.tokens, or use the Unix socket"});
  return admission;
}

asio::awaitable<HttpResponse> Service::handle(const HttpRequest& request) {
  HttpResponse response;
  std::string route_name = request.path.empty() ? "/" : request.path.back();
  try {
    if (request.path.empty()) {
      response = {200, "text/plain; charset=utf-8", "crmsyncd is running. Its API is at /api/v1; use crmsyncctl.\n"};
    } else if (request.path[0] == "healthz" || request.path[0] == "readyz") {
      const auto ping = [](store::Store&) {};
      co_await control_.write(ping);
      const bool ok = request.path[0] == "healthz" || control_.ready();
      response = {ok ? 200U : 503U, "text/plain; charset=utf-8", ok ? "ok\n" : "not ready\n"};
    } else if (request.path[0] == "metrics") {
      response = {200, "text/plain; version=0.0.4", control_.metrics()};
    } else {
      auto caller = caller_of(request);
      response = co_await route(request, *caller);
    }
  } catch (const std::exception& error) {
    engine::log_event(engine::Level::error, "request failed",
                      {{"route", request.method + " " + route_name}, {"error", error.what()}});
    response = refuse({500, "internal", "Something failed inside crmsyncd.", "The log has the cause.",
                       "look into the journal: journalctl -u crmsyncd"});
  }
  const std::string first = request.path.size() > 2 ? request.path[2] : route_name;
  control_.count_request(first, response.status, 0);
  co_return response;
}

asio::awaitable<HttpResponse> Service::route(const HttpRequest& request, const Caller& caller) {
  const auto& path = request.path;
  const bool known = path.size() >= 3 && path[0] == "api" && path[1] == "v1";
  const std::string area = known ? path[2] : "";
  const bool post = request.method == "POST";
  if (post && caller.role == domain::Role::viewer)
    co_return refuse(
        forbidden("A viewer's token may not change anything.", "use a token with the role operator or admin"));
  if (!post && request.method != "GET")
    co_return refuse(
        {405, "method_not_allowed", "Method not allowed", request.method + " is not known here.", "use GET or POST"});
  if (area == "status" && !post) co_return co_await status();
  if (area == "connections" && !post && path.size() == 3) co_return co_await connections();
  if (area == "connections" && post && path.size() == 5) co_return co_await connection_action(request);
  if (area == "runs" && !post && path.size() == 3) co_return co_await runs(request);
  if (area == "runs" && path.size() >= 4) co_return co_await run(request, caller);
  if (area == "contacts" && !post && path.size() == 3) co_return co_await contacts(request, caller);
  if (area == "contacts" && !post) co_return co_await contact(request, caller);
  if (area == "contacts" && post && path.back() == "unsubscribe") co_return co_await unsubscribe(request, caller);
  if (area == "events" && post) co_return co_await events(request, caller);
  if (area == "outbox") co_return co_await outbox(request);
  if (area == "audit" && !post) co_return co_await audit(request, caller);
  if (area == "conflicts" && !post) co_return co_await conflicts(request, caller);
  co_return refuse(not_found("There is nothing at this path.", "the paths are listed in the README, under HTTP API"));
}

asio::awaitable<HttpResponse> Service::status() {
  Json json{{"ready", control_.ready()},
            {"connections", Json::array()},
            {"held_runs", Json::array()},
            {"accounts", Json::array()}};
  const auto activity = control_.activity();
  const auto config = control_.config();
  const auto read = [&](store::Reader& reader) {
    for (const auto& state : reader.connections()) {
      const auto found =
          std::find_if(activity.begin(), activity.end(), [&](const auto& one) { return one.id == state.id; });
      Json one = to_json(state, found == activity.end() ? nullptr : &*found);
      const auto last = reader.runs(state.id, 1, 0);
      one["last_run"] = last.empty() ? Json(nullptr) : to_json(last.front());
      json["connections"].push_back(std::move(one));
      for (const auto& run : reader.runs(state.id, 100, 0))
        if (run.state == store::RunState::held) json["held_runs"].push_back(to_json(run));
    }
    for (const auto& account : config->accounts) {
      const auto counts = reader.counts(account.id);
      Json one{{"id", account.id}, {"by_status", Json::object()}, {"by_reason", Json::object()}};
      for (const auto& [status, n] : counts.by_status) one["by_status"][std::string(domain::to_string(status))] = n;
      for (const auto& [reason, n] : counts.by_reason) one["by_reason"][std::string(domain::to_string(reason))] = n;
      json["accounts"].push_back(std::move(one));
    }
    json["conflicts"] = reader.conflict_count();
    json["outbox"] = Json::array();
    for (const auto& summary : reader.outbox_summary(control_.now())) {
      Json one{{"connection", summary.connection}, {"overdue", summary.overdue}};
      for (const auto& [state, n] : summary.by_state) one[std::string(to_string(state))] = n;
      json["outbox"].push_back(std::move(one));
    }
  };
  co_await control_.read(read);
  co_return json_response(json);
}

asio::awaitable<HttpResponse> Service::connections() {
  Json list = Json::array();
  const auto activity = control_.activity();
  const auto read = [&](store::Reader& reader) {
    for (const auto& state : reader.connections()) {
      const auto found =
          std::find_if(activity.begin(), activity.end(), [&](const auto& one) { return one.id == state.id; });
      list.push_back(to_json(state, found == activity.end() ? nullptr : &*found));
    }
  };
  co_await control_.read(read);
  co_return json_response({{"connections", list}});
}

asio::awaitable<HttpResponse> Service::connection_action(const HttpRequest& request) {
  const std::string id = request.path[3], action = request.path[4];
  const auto body = body_of(request);
  if (!body || !body->is_object()) co_return bad_body();
  const auto mode = body->value("mode", "incremental") == "full" ? store::RunMode::full : store::RunMode::incremental;
  if (action == "sync") {
    auto row = co_await control_.sync(id, mode, body->value("wait", false));
    if (!row) co_return refuse(problem_of(row.error()));
    if (*row) co_return json_response(to_json(**row));
    const Json accepted{{"triggered", id}};
    co_return json_response(accepted, 202);
  }
  if (action == "plan") {
    auto report = co_await control_.plan(id, mode);
    if (!report) co_return refuse(problem_of(report.error()));
    Json json{{"run", to_json(report->run)}, {"changes", Json::array()}, {"total_changes", report->total_changes}};
    for (const auto& change : report->changes) json["changes"].push_back(to_json(change));
    co_return json_response(json);
  }
  if (action == "test") {
    auto probe = co_await control_.test(id);
    if (!probe) co_return refuse(problem_of(probe.error()));
    co_return json_response(to_json(*probe));
  }
  co_return refuse(not_found("A connection has no action " + action + ".", "the actions are sync, plan and test"));
}

asio::awaitable<HttpResponse> Service::runs(const HttpRequest& request) {
  Json list = Json::array();
  Json next = nullptr;
  const std::size_t limit = limit_of(request);
  const auto read = [&](store::Reader& reader) {
    const auto rows = reader.runs(query(request, "connection"), limit, after_of(request));
    for (const auto& row : rows) list.push_back(to_json(row));
    if (rows.size() == limit) next = std::to_string(rows.back().id);
  };
  co_await control_.read(read);
  co_return json_response({{"runs", list}, {"after", next}});
}

asio::awaitable<HttpResponse> Service::run(const HttpRequest& request, const Caller& caller) {
  const auto id = number(request.path[3]);
  const std::string action = request.path.size() > 4 ? request.path[4] : "";
  if (!id) co_return refuse(bad_request("A run's id is a number.", "`crmsyncctl runs` lists them"));
  if (request.method == "POST" && (action == "approve" || action == "reject")) {
    const store::Actor actor{caller.name, "api", "approval"};
    auto row = action == "approve" ? control_.approve(*id, actor) : control_.reject(*id, actor);
    auto done = co_await std::move(row);
    if (!done) co_return refuse(problem_of(done.error()));
    co_return json_response(to_json(*done));
  }
  std::optional<store::RunRow> row;
  std::vector<store::ChangeRow> changes;
  const auto read = [&](store::Reader& reader) {
    row = reader.run(*id);
    if (row && action == "changes") changes = reader.changes(*id, limit_of(request), after_of(request));
  };
  co_await control_.read(read);
  if (!row) co_return refuse(not_found("There is no run " + std::to_string(*id) + ".", "`crmsyncctl runs` lists them"));
  if (action.empty()) co_return json_response(to_json(*row));
  Json json{{"run", to_json(*row)}, {"changes", Json::array()}, {"after", nullptr}};
  for (const auto& change : changes) json["changes"].push_back(to_json(change));
  if (changes.size() == limit_of(request)) json["after"] = std::to_string(changes.back().id);
  co_return json_response(json);
}

asio::awaitable<HttpResponse> Service::contacts(const HttpRequest& request, const Caller& caller) {
  store::ContactQuery q;
  q.account = query(request, "account");
  if (q.account.empty()) co_return refuse(bad_request("Whose contacts? `account` is missing.", "add ?account=ID"));
  if (!caller.may_see(q.account))
    co_return refuse(forbidden("This token may not see the account.", "use a token of the account"));
  q.text = query(request, "q"), q.connection = query(request, "connection"), q.after = query(request, "after"),
  q.limit = limit_of(request);
  const std::string status = query(request, "status"), reason = query(request, "reason"),
                    sort = query(request, "sort", "address");
  q.status = domain::parse_status(status);
  q.reason = domain::parse_reason(reason);
  if (!status.empty() && !q.status)
    co_return refuse(bad_request("There is no status \"" + status + "\".", "subscribed, unsubscribed or on_hold"));
  if (!reason.empty() && !q.reason)
    co_return refuse(bad_request("There is no reason \"" + reason + "\".", "see the table of reasons in the README"));
  if (sort == "changed") q.sort = store::ContactSort::changed;
  if (sort == "status") q.sort = store::ContactSort::status;
  if (sort != "address" && sort != "changed" && sort != "status")
    co_return refuse(bad_request("Contacts cannot be sorted by \"" + sort + "\".", "address, changed or status"));
  std::optional<store::ContactPage> page;
  const auto read = [&](store::Reader& reader) { page = reader.contacts(q); };
  co_await control_.read(read);
  if (!page)
    co_return refuse(
        bad_request("`after` is not a cursor of this list.", "take it from the page before, with the same sort"));
  Json json{{"contacts", Json::array()}, {"after", page->next.empty() ? Json(nullptr) : Json(page->next)}};
  for (const auto& row : page->contacts) json["contacts"].push_back(to_json(row));
  co_return json_response(json);
}

namespace {
// By id, or by address with ?account=.
std::optional<store::ContactRow> find_contact(store::Reader& reader, const std::string& what,
                                              const std::string& account) {
  if (const auto id = number(what)) return reader.contact(*id);
  const auto address = domain::parse_email_address(what);
  return address ? reader.contact(account, address->identity) : std::nullopt;
}
}  // namespace

asio::awaitable<HttpResponse> Service::contact(const HttpRequest& request, const Caller& caller) {
  const std::string part = request.path.size() > 4 ? request.path[4] : "";
  std::optional<store::ContactRow> row;
  std::vector<store::PushRow> pushes;
  std::vector<store::AuditRow> timeline;
  const auto read = [&](store::Reader& reader) {
    row = find_contact(reader, request.path[3], query(request, "account"));
    if (!row || !caller.may_see(row->account)) row.reset();
    if (!row || part.empty()) return;
    pushes = reader.pushes_of(row->id);
    timeline = reader.audit("", row->id, 1000, after_of(request));
  };
  co_await control_.read(read);
  if (!row) co_return no_contact();
  if (part.empty()) co_return json_response(to_json(*row));
  if (part == "explain") co_return json_response(explain(*row, pushes, timeline, *control_.config()));
  Json json{{"timeline", Json::array()}};
  for (const auto& entry : timeline) json["timeline"].push_back(to_json(entry));
  co_return json_response(json);
}

asio::awaitable<HttpResponse> Service::unsubscribe(const HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request);
  if (!body || !body->is_object()) co_return bad_body();
  store::ContactChange change;
  change.account = body->value("account", query(request, "account"));
  const std::string what = request.path.size() == 5 ? request.path[3] : body->value("email", "");
  if (number(what)) {
    std::optional<store::ContactRow> row;
    const auto read = [&](store::Reader& reader) { row = find_contact(reader, what, ""); };
    co_await control_.read(read);
    if (!row || !caller.may_see(row->account)) co_return no_contact();
    change.account = row->account, change.address = row->address, change.display = row->display;
  } else {
    std::string why;
    const auto address = domain::parse_email_address(what, &why);
    if (!address) co_return refuse(bad_request("This is not an e-mail address: " + why + ".", "check its spelling"));
    change.address = address->identity, change.display = address->display;
  }
  const auto config = control_.config();
  const bool known = std::any_of(config->accounts.begin(), config->accounts.end(),
                                 [&](const auto& account) { return account.id == change.account; });
  if (!known || !caller.may_see(change.account))
    co_return refuse(
        not_found("There is no account \"" + change.account + "\".", "name one of the configuration's accounts"));
  change.add = domain::Suppression{domain::Reason::manual, caller.name, control_.now(), "{}"};
  const store::Actor actor{caller.name, request.peer.unix_socket ? "ctl" : "api", "operator"};
  change.detail = "{}";
  auto row = co_await control_.unsubscribe(change, actor);
  co_return json_response(to_json(row));
}

asio::awaitable<HttpResponse> Service::events(const HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request);
  if (!body) co_return bad_body();
  const auto list = body->is_array() ? *body : nlohmann::json::array({*body});
  if (list.size() > 1000)
    co_return refuse(bad_request("More than 1,000 events in one request.", "send them in batches of 1,000"));
  const auto config = control_.config();
  std::vector<store::EventIn> good;
  std::vector<std::string> errors(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& one = list[i];
    const auto text = [&](const char* key) {
      return one.is_object() && one.contains(key) && one[key].is_string() ? one[key].get<std::string>() : std::string();
    };
    store::EventIn event;
    event.account = text("account").empty() ? query(request, "account") : text("account");
    event.id = text("id"), event.source = text("source").empty() ? "events" : text("source");
    const bool account =
        caller.may_see(event.account) && std::any_of(config->accounts.begin(), config->accounts.end(),
                                                     [&](const auto& a) { return a.id == event.account; });
    const auto type = domain::parse_event_type(text("type"));
    std::string why;
    const auto address = domain::parse_email_address(text("email"), &why);
    const auto at = text("at").empty() ? std::optional(control_.now()) : parse_rfc3339(text("at"));
    if (!account)
      errors[i] = "there is no account \"" + event.account + "\"";
    else if (!type)
      errors[i] = "there is no event type \"" + text("type") + "\"";
    else if (!address)
      errors[i] = "email: " + why;
    else if (!at)
      errors[i] = "at is not a time such as 2026-11-23T10:00:00Z";
    if (!errors[i].empty()) continue;
    event.type = *type, event.address = address->identity, event.display = address->display, event.at = *at;
    event.evidence = one.contains("evidence") ? one["evidence"].dump() : "{}";
    good.push_back(std::move(event));
  }
  auto outcomes = co_await control_.add_events(std::move(good));
  Json json{{"events", Json::array()}};
  std::size_t taken = 0;
  for (const auto& error : errors) {
    if (!error.empty()) {
      json["events"].push_back({{"error", error}});
      continue;
    }
    const auto& outcome = outcomes[taken++];
    json["events"].push_back({{"duplicate", outcome.duplicate},
                              {"suppressed", outcome.suppressed},
                              {"contact", outcome.contact ? Json(std::to_string(outcome.contact)) : Json(nullptr)}});
  }
  const bool failed = !errors.empty() && taken == 0;
  co_return json_response(json, failed ? 422 : 200);
}

asio::awaitable<HttpResponse> Service::outbox(const HttpRequest& request) {
  if (request.method == "POST") {
    const auto id = request.path.size() == 5 && request.path[4] == "retry" ? number(request.path[3]) : std::nullopt;
    if (!id) co_return refuse(not_found("There is nothing at this path.", "POST outbox/ID/retry"));
    const bool found = co_await control_.retry_push(*id);
    if (!found)
      co_return refuse(not_found("There is no open or dead push " + std::to_string(*id) + ".",
                                 "`crmsyncctl outbox list` shows them"));
    const Json retried{{"retried", std::to_string(*id)}};
    co_return json_response(retried);
  }
  std::optional<store::PushState> wanted;
  for (const auto state : {store::PushState::pending, store::PushState::sent, store::PushState::acknowledged,
                           store::PushState::dead, store::PushState::superseded})
    if (query(request, "state") == to_string(state)) wanted = state;
  Json json{{"pushes", Json::array()}, {"after", nullptr}};
  const auto read = [&](store::Reader& reader) {
    const auto rows = reader.outbox(wanted, limit_of(request), after_of(request));
    for (const auto& row : rows) json["pushes"].push_back(to_json(row));
    if (rows.size() == limit_of(request)) json["after"] = std::to_string(rows.back().id);
  };
  co_await control_.read(read);
  co_return json_response(json);
}

asio::awaitable<HttpResponse> Service::audit(const HttpRequest& request, const Caller& caller) {
  if (request.path.size() > 3 && request.path[3] == "verify") {
    store::AuditVerdict verdict;
    const auto read = [&](store::Reader& reader) { verdict = reader.verify_audit(); };
    co_await control_.read(read);
    co_return json_response({{"ok", verdict.ok},
                             {"entries", verdict.entries},
                             {"links", verdict.links},
                             {"problem", verdict.problem.empty() ? Json(nullptr) : Json(verdict.problem)}});
  }
  const std::string account = query(request, "account");
  if (!caller.accounts.empty() && !caller.may_see(account))
    co_return refuse(forbidden("This token may not see the account.", "name an account of the token"));
  Json json{{"entries", Json::array()}, {"after", nullptr}};
  const auto read = [&](store::Reader& reader) {
    const auto rows =
        reader.audit(account, number(query(request, "contact", "0")).value_or(0), limit_of(request), after_of(request));
    for (const auto& row : rows) json["entries"].push_back(to_json(row));
    if (rows.size() == limit_of(request)) json["after"] = std::to_string(rows.back().seq);
  };
  co_await control_.read(read);
  co_return json_response(json);
}

asio::awaitable<HttpResponse> Service::conflicts(const HttpRequest& request, const Caller& caller) {
  const std::string account = query(request, "account");
  if (!caller.accounts.empty() && !caller.may_see(account))
    co_return refuse(forbidden("This token may not see the account.", "name an account of the token"));
  Json json{{"conflicts", Json::array()}};
  const auto read = [&](store::Reader& reader) {
    for (const auto& row : reader.conflicts(account, limit_of(request), after_of(request)))
      json["conflicts"].push_back(to_json(row));
  };
  co_await control_.read(read);
  co_return json_response(json);
}

}  // namespace crmsync::api
