#include "connectors/hubspot/pusher.h"

#include <array>
#include <map>

#include "connectors/hubspot/answers.h"

namespace crmsync::connectors::hubspot {

namespace {

using domain::PushKind;

constexpr std::array kKinds{PushKind::opt_out, PushKind::opt_in};
constexpr const char* kTelling = "telling opt-outs";
constexpr const char* kReadingBack = "reading opt-outs back";

Error failure(ErrorKind kind, const char* message) { return Error(kind, message); }

// What became of each address, by address_key. Those that are in neither map were told, and not seen yet.
struct Outcome {
  std::map<std::string, Error, std::less<>> failed;
  Statuses seen;
  bool blind = false;  // the token may not read back
  void fail(std::span<const std::string> emails, const Error& error) {
    for (const auto& email : emails) failed.try_emplace(address_key(email), error);
  }
};

bool concerns_one(const Error& error) {
  return error.kind == ErrorKind::rejected || error.kind == ErrorKind::not_found || error.kind == ErrorKind::stale;
}

// The addresses of one kind of push that are told in one go.
struct Batch {
  PushKind kind = PushKind::opt_out;
  std::vector<std::string> emails;
};

http::Request write_of(const Session& session, const Batch& batch) {
  const auto& subscription = session.options().subscription_id;
  return subscription.empty() ? session.requests().unsubscribe_all(batch.emails)
                              : session.requests().set_statuses(batch.emails, subscription, batch.kind);
}

http::Request write_of(const Session& session, const std::string& email, PushKind kind) {
  const auto& subscription = session.options().subscription_id;
  return subscription.empty() ? session.requests().unsubscribe_all(email)
                              : session.requests().set_status(email, subscription, kind);
}

http::Request read_of(const Session& session, const std::vector<std::string>& emails) {
  return session.options().subscription_id.empty() ? session.requests().are_unsubscribed(emails)
                                                   : session.requests().statuses(emails);
}

http::Request read_of(const Session& session, const std::string& email) {
  return session.options().subscription_id.empty() ? session.requests().is_unsubscribed(email)
                                                   : session.requests().statuses(email);
}

Result<Statuses> statuses_of(const Session& session, const http::Response& response,
                             std::optional<std::string_view> single = std::nullopt) {
  const auto& subscription = session.options().subscription_id;
  return subscription.empty() ? decode_unsubscribed(response.body, single)
                              : decode_statuses(response.body, subscription, single);
}

// What hinders one address goes with it; what hinders all ends the rest.
asio::awaitable<void> tell_each(Session& session, const Batch& batch, Outcome& outcome) {
  for (std::size_t i = 0; i < batch.emails.size(); ++i) {
    auto request = write_of(session, batch.emails[i], batch.kind);
    const auto response = co_await session.call(std::move(request), kTelling);
    if (response) continue;
    const bool one = concerns_one(response.error());
    outcome.fail(std::span(batch.emails).subspan(i, one ? 1 : batch.emails.size() - i), response.error());
    if (!one) co_return;
  }
}

asio::awaitable<void> tell(Session& session, const Batch& batch, Outcome& outcome) {
  if (!session.batch_writes) {
    co_await tell_each(session, batch, outcome);
    co_return;
  }
  auto request = write_of(session, batch);
  const auto response = co_await session.call(std::move(request), kTelling);
  if (response) {
    const Error refused(ErrorKind::rejected, "HubSpot refuses to unsubscribe this address; its answer names it");
    for (const auto& key : named_in_errors(response->body, batch.emails)) outcome.failed.try_emplace(key, refused);
    co_return;
  }
  const Error& error = response.error();
  if (is_missing_scope(error)) session.batch_writes = false;
  if (is_missing_scope(error) || concerns_one(error))
    co_await tell_each(session, batch, outcome);  // of a batch that is refused, each may be fine by itself
  else
    outcome.fail(batch.emails, error);
}

asio::awaitable<void> read_each(Session& session, const std::vector<std::string>& emails, Outcome& outcome) {
  for (std::size_t i = 0; i < emails.size() && !outcome.blind; ++i) {
    auto request = read_of(session, emails[i]);
    const auto response = co_await session.call(std::move(request), kReadingBack);
    if (response) {
      auto statuses = statuses_of(session, *response, emails[i]);
      if (statuses)
        outcome.seen.merge(*statuses);
      else
        outcome.fail(std::span(emails).subspan(i, 1), statuses.error());
      continue;
    }
    outcome.blind = is_missing_scope(response.error());
    const bool one = concerns_one(response.error());
    if (!outcome.blind) outcome.fail(std::span(emails).subspan(i, one ? 1 : emails.size() - i), response.error());
    if (!one) co_return;
  }
}

asio::awaitable<void> read_back(Session& session, const Batch& batch, Outcome& outcome) {
  std::vector<std::string> emails;
  for (const auto& email : batch.emails)
    if (!outcome.failed.contains(address_key(email))) emails.push_back(email);
  if (emails.empty()) co_return;
  if (!session.batch_reads) {
    co_await read_each(session, emails, outcome);
    co_return;
  }
  auto request = read_of(session, emails);
  const auto response = co_await session.call(std::move(request), kReadingBack);
  if (response) {
    auto statuses = statuses_of(session, *response);
    if (statuses)
      outcome.seen.merge(*statuses);
    else
      outcome.fail(emails, statuses.error());
    co_return;
  }
  const Error& error = response.error();
  if (is_missing_scope(error)) session.batch_reads = false;
  if (is_missing_scope(error) || concerns_one(error))
    co_await read_each(session, emails, outcome);
  else
    outcome.fail(emails, error);
}

PushResult failed_with(Error error) {
  PushResult result;
  result.error = std::move(error);
  return result;
}

PushResult result_of(const Push& push, const Outcome& outcome) {
  const auto key = address_key(push.email);
  PushResult result;
  const auto wanted = push.kind == PushKind::opt_out ? Status::unsubscribed : Status::subscribed;
  const auto seen = outcome.seen.find(key);
  if (seen != outcome.seen.end() && seen->second == wanted) {
    result.state = PushResult::State::acknowledged;
    return result;
  }
  const auto failed = outcome.failed.find(key);
  if (failed != outcome.failed.end()) return failed_with(failed->second);
  if (outcome.blind) {
    result.state = PushResult::State::accepted;
    return result;
  }
  return failed_with(failure(ErrorKind::transient,
                             "HubSpot took this change of a subscription and does not show it yet; it is told again"));
}

// What cannot be told at all.
std::optional<Error> obstacle(const Session& session, const Push& push) {
  if (push.email.empty()) return failure(ErrorKind::rejected, "an opt-out without an address cannot be told");
  if (push.kind == PushKind::opt_in && session.options().subscription_id.empty())
    return failure(
        ErrorKind::rejected,
        "HubSpot has no call that undoes \"unsubscribed from all email\": resubscribe the contact in HubSpot, "
        "or configure subscription_id");
  return std::nullopt;
}

}  // namespace

asio::awaitable<std::vector<PushResult>> push_all(Session& session, std::span<const Push> pushes) {
  std::vector<PushResult> results(pushes.size());
  for (const auto kind : kKinds) {
    std::vector<std::size_t> mine;
    std::map<std::string, std::string, std::less<>> addresses;  // by address_key: each is told once
    for (std::size_t i = 0; i < pushes.size(); ++i) {
      if (pushes[i].kind != kind) continue;
      if (auto error = obstacle(session, pushes[i])) {
        results[i] = failed_with(std::move(*error));
        continue;
      }
      mine.push_back(i);
      addresses.try_emplace(address_key(pushes[i].email), pushes[i].email);
    }
    Outcome outcome;
    for (auto at = addresses.begin(); at != addresses.end();) {
      Batch batch;
      batch.kind = kind;
      for (; at != addresses.end() && batch.emails.size() < kBatch; ++at) batch.emails.push_back(at->second);
      co_await tell(session, batch, outcome);
      co_await read_back(session, batch, outcome);
    }
    for (const auto i : mine) results[i] = result_of(pushes[i], outcome);
  }
  co_return results;
}

}  // namespace crmsync::connectors::hubspot
