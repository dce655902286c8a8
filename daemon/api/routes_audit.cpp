#include <algorithm>
#include <cctype>

#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_history.h"
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/moments.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;

constexpr std::size_t kLooksAt =
    10'000;  // entries that a page with filters looks at; it may be short, and have a next one
constexpr std::size_t kSlice = 1000;
constexpr domain::Millis kClockDoubt = domain::kDay;  // entries stand by number, their times nearly so

struct AuditQuery {
  std::vector<std::string> accounts;  // {""}: all
  store::Id contact = 0;
  std::size_t limit = 100;
  store::Id place = 0;  // behind it, in the order of the list; 0: from its start
  bool newest_first = false;
  store::ContactQuery times;  // since and until
  std::string action, who;    // empty: any; a part of the name, in any case

  // By the time that stands in the entry, since a clock can be set back.
  bool wants(const store::AuditRow& row) const {
    if ((times.since && row.at < *times.since) || (times.until && row.at > *times.until)) return false;
    return (action.empty() || row.action == action) && (who.empty() || contains(row.actor.who, who));
  }
  bool filters() const { return times.since || times.until || !action.empty() || !who.empty(); }
  // Nothing that is wanted comes behind this entry.
  bool is_over(const store::AuditRow& row) const {
    return newest_first ? times.since && row.at < *times.since - kClockDoubt
                        : times.until && row.at > *times.until + kClockDoubt;
  }

 private:
  static bool contains(std::string_view text, std::string_view part) {
    const auto same = [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
  }
};

// In order of the list, of all the accounts together; no filter looks at them yet.
std::vector<store::AuditRow> read_audit(store::Reader& reader, const AuditQuery& query) {
  std::vector<store::AuditRow> all;
  for (const auto& account : query.accounts) {
    auto rows = query.newest_first ? reader.audit_backwards(account, query.contact, query.limit, query.place)
                                   : reader.audit(account, query.contact, query.limit, query.place);
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
  }
  const bool backwards = query.newest_first;
  std::sort(all.begin(), all.end(),
            [=](const auto& a, const auto& b) { return backwards ? a.seq > b.seq : a.seq < b.seq; });
  if (all.size() > query.limit) all.resize(query.limit);
  return all;
}

struct AuditPage {
  std::vector<store::AuditRow> rows;
  store::Id next = 0;  // 0: the end
};

AuditPage read_page(store::Reader& reader, AuditQuery query) {
  AuditPage page;
  const std::size_t wanted = query.limit;
  if (query.newest_first && query.place == 0 && query.times.until)
    query.place = reader.last_entry_by(*query.times.until + kClockDoubt) + 1;
  query.limit = query.filters() ? kSlice : wanted + 1;
  for (std::size_t looked = 0; looked < kLooksAt; looked += query.limit) {
    auto rows = read_audit(reader, query);
    for (auto& row : rows) {
      if (query.is_over(row)) return page;
      if (query.wants(row)) {
        if (page.rows.size() == wanted) return page.next = page.rows.back().seq, page;
        page.rows.push_back(std::move(row));
      }
    }
    if (rows.size() < query.limit) return page;
    query.place = rows.back().seq;
  }
  page.next = query.place;
  return page;
}

const std::vector<std::string> kActions{"add", "lift", "hold", "release", "erase"};

std::optional<std::string> parse_action(std::string_view name) {
  const auto found = std::find(kActions.begin(), kActions.end(), name);
  return found == kActions.end() ? std::nullopt : std::optional(*found);
}

// True: the newest first.
std::optional<bool> parse_order(std::string_view name) {
  if (name == "newest") return true;
  return name == "oldest" ? std::optional(false) : std::nullopt;
}

// account, contact, since, until and after are common to the list and the export.
std::optional<Problem> read_query(const Context& context, QueryFields& fields, AuditQuery& query) {
  const std::string account = fields.text("account");
  const std::string contact = fields.text("contact");
  const auto after = read_id_cursor(query.newest_first ? "audit-newest" : "audit", fields.text("after"));
  if (!after) fields.refuse(bad_cursor());
  const auto id = parse_id(contact);
  if (!contact.empty() && !id)
    fields.refuse(bad_request("The parameter \"contact\" is not a contact's id.", "Give its number."));
  if (!account.empty())
    if (auto problem = refuse_account(context, account)) fields.refuse(std::move(*problem));
  query.accounts = accounts_to_read(context, account);
  query.contact = id.value_or(0);
  query.place = after.value_or(0);
  read_times(fields, query.times);
  return fields.problem();
}

asio::awaitable<HttpResponse> get_audit(Context& context) {
  QueryFields fields(context.request);
  AuditQuery query;
  query.limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 100));
  query.newest_first = fields.choice("order", {"oldest", "newest"}, parse_order).value_or(false);
  query.action = fields.choice("action", kActions, parse_action).value_or("");
  query.who = fields.text("who");
  if (const auto problem = read_query(context, fields, query)) co_return problem_response(*problem);
  AuditPage page;
  const ReadJob job = [&](store::Reader& reader) { page = read_page(reader, query); };
  co_await context.control.read(job);
  Json items = Json::array();
  for (const auto& row : page.rows) items.push_back(to_json(row));
  const char* kind = query.newest_first ? "audit-newest" : "audit";
  co_return page_response(std::move(items), page.next == 0 ? "" : make_cursor(kind, std::to_string(page.next)));
}

// Where an export has got to; shared with the stream, which outlives the request's function.
struct Export {
  engine::Control& control;
  AuditQuery query;
  bool done = false;
};

asio::awaitable<std::optional<std::string>> next_lines(std::shared_ptr<Export> state) {
  std::optional<std::string> lines;
  if (state->done) co_return lines;
  std::vector<store::AuditRow> rows;
  const ReadJob job = [&](store::Reader& reader) { rows = read_audit(reader, state->query); };
  co_await state->control.read(job);
  lines.emplace();
  for (const auto& row : rows)
    if (state->query.wants(row)) *lines += to_text(to_json(row)) + "\n";
  state->done = rows.size() < state->query.limit;
  if (!rows.empty()) state->query.place = rows.back().seq;
  co_return lines;
}

asio::awaitable<HttpResponse> export_audit(Context& context) {
  QueryFields fields(context.request);
  AuditQuery query;
  if (const auto problem = read_query(context, fields, query)) co_return problem_response(*problem);
  query.limit = kMostPerPage;
  const auto state = std::make_shared<Export>(Export{context.control, query});
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
