#include "connectors/hubspot/probe.h"

#include <set>

#include "connectors/hubspot/answers.h"
#include "connectors/hubspot/reader.h"

namespace crmsync::connectors::hubspot {

namespace {

using Scopes = std::set<std::string, std::less<>>;

constexpr std::size_t kSamples = 3;
constexpr const char* kTesting = "testing the connection";
constexpr const char* kReadScope = "crm.objects.contacts.read";

void say(Probe& probe, const char* check, bool ok, std::string detail) {
  probe.verdicts.push_back({check, ok, std::move(detail)});
}

bool refuses_token(const Error& error) { return error.kind == ErrorKind::unauthorized && !is_missing_scope(error); }

// HubSpot answers, whatever it says.
bool is_reachable(const Error& error) {
  return error.kind != ErrorKind::transient && error.kind != ErrorKind::protocol && error.kind != ErrorKind::cancelled;
}

// Three contacts tell whether HubSpot can be reached, believes the token and lets it read. False: nothing else can be
// found out.
asio::awaitable<bool> look_at_contacts(Session& session, Probe& probe) {
  auto request = session.requests().list("", false, kSamples);
  const auto response = co_await session.ask(std::move(request), kTesting);
  Result<ContactPage> page(ContactPage{});
  if (response) {
    page = co_await understand(session, *response);
  } else {
    page = response.error();
  }
  const bool reached = page.has_value() || is_reachable(page.error());
  say(probe, "reachable", reached, reached ? session.place() : page.error().message);
  if (!reached) co_return false;
  const bool believed = page.has_value() || !refuses_token(page.error());
  say(probe, "token", believed, believed ? "HubSpot accepts it" : page.error().message);
  if (!believed) co_return false;
  say(probe, "scopes for reading", page.has_value(), page ? kReadScope : page.error().message);
  if (!page) co_return false;
  for (auto& record : page->records)
    if (probe.samples.size() < kSamples) probe.samples.push_back(std::move(record));
  for (auto& row : page->bad_rows) say(probe, "contact understood", false, std::move(row));
  co_return true;
}

asio::awaitable<void> look_at_account(Session& session, Probe& probe) {
  auto request = session.requests().account();
  const auto response = co_await session.call(std::move(request), kTesting);
  if (!response) co_return;  // not every kind of token may ask, and nothing depends on it
  const auto account = decode_account(response->body);
  if (account && !account->portal.empty()) say(probe, "account", true, "HubSpot account " + account->portal);
}

asio::awaitable<void> look_at_property(Session& session, Probe& probe, const Condition& condition) {
  auto request = session.requests().property(condition.property);
  const auto response = co_await session.call(std::move(request), kTesting);
  const std::string name = condition.property;
  if (!response) {
    const bool gone = response.error().kind == ErrorKind::not_found;
    say(probe, "opt-out property", false,
        gone ? "the account has no contact property " + name + ", so who opted out is unknown: " +
                   (session.options().own_conditions ? "correct opted_out_when"
                                                     : "correct opted_out_when or the account")
             : response.error().message);
    co_return;
  }
  const auto definition = decode_definition(response->body);
  if (!definition)
    say(probe, "opt-out property", false, definition.error().message);
  else if (definition->sensitive)
    say(probe, "opt-out property", false,
        name +
            " is sensitive data, which this token may not see: who opted out is unknown; give it the scope "
            "crm.objects.contacts.sensitive.read, or use another property in opted_out_when");
  else
    say(probe, "opt-out property", true,
        name + " (" + definition->type + "), opted out when \"" + condition.equals + "\"");
}

asio::awaitable<void> look_at_subscription(Session& session, Probe& probe) {
  const auto& id = session.options().subscription_id;
  auto request = session.requests().definitions();
  const auto response = co_await session.call(std::move(request), kTesting);
  if (!response) {
    say(probe, "subscription type", false, response.error().message);
    co_return;
  }
  const auto found = find_subscription(response->body, id);
  if (!found)
    say(probe, "subscription type", false, found.error().message);
  else
    say(probe, "subscription type", found->has_value(),
        *found ? id + ", \"" + **found + "\""
               : "the account has no subscription type " + id + ": correct subscription_id");
}

bool has_any(const Scopes& scopes, std::initializer_list<const char*> any) {
  for (const char* scope : any)
    if (scopes.contains(scope)) return true;
  return false;
}

void judge_scopes(Probe& probe, const Scopes& scopes) {
  const bool batch = scopes.contains("communication_preferences.statuses.batch.write");
  const bool write = has_any(scopes, {"communication_preferences.write", "communication_preferences.read_write"});
  const bool read = has_any(scopes, {"communication_preferences.read", "communication_preferences.read_write",
                                     "communication_preferences.statuses.batch.read"});
  if (!batch && !write)
    return say(probe, "scopes for pushing", false,
               "opt-outs cannot be told to HubSpot: give the token the scope communication_preferences.read_write");
  if (!read)
    return say(probe, "scopes for pushing", false,
               "opt-outs can be told, but not be read back: give the token the scope "
               "communication_preferences.read_write");
  say(probe, "scopes for pushing", true, batch ? "in batches" : "one call an address");
}

// Whether the token may write cannot be tried without writing: HubSpot is asked what its scopes are. Not every kind of
// token may ask.
asio::awaitable<bool> look_at_scopes(Session& session, Probe& probe) {
  auto request = session.requests().token_info(session.options().token);
  const auto response = co_await session.call(std::move(request), kTesting);
  if (!response) co_return false;
  const auto scopes = decode_scopes(response->body);
  if (scopes) judge_scopes(probe, *scopes);
  co_return scopes.has_value();
}

std::string somebody(const Probe& probe) {
  for (const auto& sample : probe.samples)
    if (!sample.email.empty()) return sample.email;
  return {};
}

asio::awaitable<void> look_at_preferences(Session& session, Probe& probe, bool scopes_known) {
  const std::string email = somebody(probe);
  if (email.empty()) co_return;
  auto request = session.requests().is_unsubscribed(email);
  const auto response = co_await session.call(std::move(request), kTesting);
  const bool only_batches = !response && is_missing_scope(response.error()) && scopes_known;
  if (only_batches || (!response && response.error().kind == ErrorKind::not_found)) co_return;
  std::string detail = response ? "can be read back" : response.error().message;
  if (response && !scopes_known) detail += "; whether the token may write them, only the first opt-out shows";
  say(probe, "communication preferences", response.has_value(), std::move(detail));
}

}  // namespace

asio::awaitable<Probe> probe_account(Session& session) {
  Probe probe;
  session.forget_definitions();
  if (!co_await look_at_contacts(session, probe)) co_return probe;
  co_await look_at_account(session, probe);
  for (const auto& condition : session.options().opted_out_when) co_await look_at_property(session, probe, condition);
  if (!session.options().subscription_id.empty()) co_await look_at_subscription(session, probe);
  const bool scopes_known = co_await look_at_scopes(session, probe);
  co_await look_at_preferences(session, probe, scopes_known);
  co_return probe;
}

}  // namespace crmsync::connectors::hubspot
