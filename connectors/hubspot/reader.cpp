#include "connectors/hubspot/reader.h"

#include <algorithm>

#include "connectors/hubspot/answers.h"
#include "connectors/hubspot/times.h"
#include "connectors/on_work.h"
#include "core/sync/completeness.h"

namespace crmsync::connectors::hubspot {

namespace {

using Phase = Cursor::Phase;

constexpr std::size_t kLongBody = 256 << 10;  // longer than the network thread should be away
constexpr const char* kReading = "reading contacts";

std::size_t limit_of(const Cursor& at, std::size_t asked) {
  const bool listing = at.phase == Phase::list || at.phase == Phase::archived;
  const std::size_t most = listing ? kListPage : kSearchPage;
  return asked == 0 ? most : std::min(asked, most);
}

std::vector<Condition> chosen(const Options& options, ConditionSet conditions) {
  std::vector<Condition> all;
  for (std::size_t i = 0; i < options.opted_out_when.size(); ++i)
    if ((conditions >> i & 1) != 0) all.push_back(options.opted_out_when[i]);
  return all;
}

ConditionSet all_conditions(const Options& options) { return (ConditionSet{1} << options.opted_out_when.size()) - 1; }

void take_statuses(std::vector<domain::RemoteRecord>& records, const Statuses& statuses, const Options& options) {
  for (auto& record : records) {
    const auto found = statuses.find(address_key(record.email));
    if (found == statuses.end() || record.opted_out == true) continue;
    record.opted_out = found->second == Status::unsubscribed;
    if (*record.opted_out) record.evidence = "subscription " + options.subscription_id + " = \"UNSUBSCRIBED\"";
  }
}

// What communication preferences say of the one subscription type, where the token may ask for many addresses at once;
// otherwise its property has to do.
asio::awaitable<Result<void>> add_statuses(Session& session, std::vector<domain::RemoteRecord>& records) {
  std::vector<std::string> emails;
  for (const auto& record : records)
    if (!record.deleted && !record.email.empty()) emails.push_back(record.email);
  for (std::size_t at = 0; at < emails.size() && session.batch_reads; at += kBatch) {
    const std::span some(emails.data() + at, std::min(kBatch, emails.size() - at));
    auto request = session.requests().statuses(some);
    const auto response = co_await session.call(std::move(request), "reading subscriptions");
    if (!response) {
      const Error& error = response.error();
      if (is_missing_scope(error)) session.batch_reads = false;
      if (is_missing_scope(error) || error.kind == ErrorKind::rejected) continue;
      co_return error;
    }
    const auto statuses = decode_statuses(response->body, session.options().subscription_id);
    if (!statuses) co_return statuses.error();
    take_statuses(records, *statuses, session.options());
  }
  co_return Result<void>();
}

// Whether the list may have ended too early: the search counts how many contacts there are, with a little lag. 0: it
// has not.
asio::awaitable<Result<std::int64_t>> short_of(Session& session, std::int64_t listed) {
  Search everybody;
  everybody.limit = 1;
  auto request = session.requests().search(everybody);
  const auto response = co_await session.ask(std::move(request), "counting contacts", kSearchLane);
  if (!response) co_return response.error();
  const auto counted = decode_contacts(response->body, session.options());
  if (!counted) co_return counted.error();
  const auto total = counted->total.value_or(0);
  co_return total - listed > total / 100 ? total : 0;
}

// Said on the last page of the run.
void conclude(Page& page, const Cursor& last, std::string_view accepted) {
  const std::string listed = std::to_string(last.listed), counted = std::to_string(last.counted);
  const std::string token = "listed " + listed + " of " + counted;
  if (last.counted == 0 || sync::settles(accepted, token)) return;
  page.complete = false;
  page.doubt_token = token;
  page.doubt = "HubSpot's list of contacts ended after " + listed + ", but its search counts " + counted +
               "; the next full sync looks again.";
}

// The request for the page at a cursor; nullopt: there is nothing that it could ask for.
asio::awaitable<Result<std::optional<http::Request>>> request_for(Session& session, const Cursor& at,
                                                                  std::size_t limit) {
  using Made = std::optional<http::Request>;
  const Requests& requests = session.requests();
  if (at.phase == Phase::list || at.phase == Phase::archived)
    co_return Made(requests.list(at.after, at.phase == Phase::archived, limit));
  Search search;
  search.limit = limit;
  search.after_id = at.after;
  if (at.phase == Phase::changes) {
    search.modified_since = at.since;
    co_return Made(requests.search(search));
  }
  // A search by a property that the account does not have is refused.
  const auto defined = co_await session.defined(all_conditions(session.options()));
  if (!defined) co_return defined.error();
  search.any_of = chosen(session.options(), *defined);
  if (search.any_of.empty()) co_return Made();
  co_return Made(requests.search(search));
}

}  // namespace

asio::awaitable<Result<ContactPage>> understand(Session& session, const http::Response& response) {
  Result<ContactPage> page;
  const auto decode = [&] { page = decode_contacts(response.body, session.options()); };
  if (response.body.size() >= kLongBody)
    co_await on_work(session.environment().work, decode);
  else
    decode();
  if (!page) {
    Error error = page.error();
    error.message = std::string(kReading) + " at " + session.place() + " (base_url): " + error.message;
    co_return error;
  }
  const auto defined = co_await session.defined(open_conditions(*page));
  if (!defined) co_return defined.error();
  settle_absent(*page, *defined);
  if (!session.options().subscription_id.empty()) {
    const auto added = co_await add_statuses(session, page->records);
    if (!added) co_return added.error();
  }
  co_return page;
}

asio::awaitable<Result<Page>> read_page(Session& session, const FetchRequest& request) {
  const auto at = begin_page(request.mode, request.cursor, session.now());
  if (!at) co_return at.error();
  const std::size_t limit = limit_of(*at, request.page_size);
  co_await session.look_at_the_clock();
  const auto asked = co_await request_for(session, *at, limit);
  if (!asked) co_return asked.error();
  ContactPage shown;
  Shown facts{&shown, limit, std::nullopt};
  if (*asked) {
    auto call = **asked;
    const bool listing = at->phase == Phase::list || at->phase == Phase::archived;
    const auto response = co_await session.ask(std::move(call), kReading, listing ? "" : kSearchLane);
    if (!response) co_return response.error();
    auto understood = co_await understand(session, *response);
    if (!understood) co_return understood.error();
    shown = std::move(*understood);
    facts.server_time = parse_http_date(response->header("date"));
  }
  auto step = advance(*at, facts, session.now(), session.options().sweep_every);
  if (!step) co_return step.error();
  if (step->doubtful) {
    const auto counted = co_await short_of(session, step->next.listed);
    if (!counted) co_return counted.error();
    step->next.counted = *counted;
  }
  Page page;
  if (step->end) conclude(page, *at, request.accepted);
  page.records = std::move(shown.records);
  page.bad_rows = std::move(shown.bad_rows);
  page.next_cursor = to_json(step->next);
  page.end = step->end;
  co_return page;
}

}  // namespace crmsync::connectors::hubspot
