// What senders ask: who may be mailed now, and what has changed since they asked last.
#include <algorithm>
#include <chrono>

#include "core/domain/email_address.h"
#include "core/store/mail_check.h"
#include "daemon/api/codec_contact.h"
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/routes.h"
#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;
using store::FeedPlace;

constexpr std::size_t kMostAddresses = 10'000;
constexpr std::size_t kBodyLimit = 4 * 1024 * 1024;
constexpr std::size_t kSlice = 1000;  // addresses of one look into the store: others get their turn in between

// --- mailable ---

// Connections of the account that have completed no poll for a day: what they know may be old. domain.md, "Operators".
std::vector<std::string> stale_connections(store::Reader& reader, const std::string& account, domain::Millis now) {
  std::vector<std::string> stale;
  for (const auto& connection : reader.connections())
    if (connection.account == account && connection.configured &&
        (!connection.last_poll_at || *connection.last_poll_at < now - domain::kDay))
      stale.push_back(connection.id);
  return stale;
}

// As JSON. Almost every address is plain ASCII and needs no escape.
void append_quoted(std::string& to, const std::string& text) {
  const auto plain = [](char c) { return c >= ' ' && c != '"' && c != '\\' && c < 0x7f; };
  if (std::all_of(text.begin(), text.end(), plain))
    to.append("\"").append(text).append("\"");
  else
    to += to_text(Json(text));
}

void append_item(std::string& to, const std::string& email, bool valid, const store::MailState& state) {
  to += to.back() == '[' ? "{\"email\":" : ",{\"email\":";
  append_quoted(to, email);
  if (state.known && state.status == domain::Status::subscribed) {
    to += ",\"mailable\":true}";
    return;
  }
  const auto status = !valid ? "invalid" : !state.known ? "unknown" : domain::to_string(state.status);
  to.append(",\"mailable\":false,\"status\":\"").append(status).append("\",\"reason\":");
  if (state.reason)
    to.append("\"").append(domain::to_string(*state.reason)).append("\"}");
  else
    to += "null}";
}

// {"account","emails":[...]} -> one item for each address, in its order
asio::awaitable<HttpResponse> check_mailable(Context& context) {
  Problem problem;
  const auto body = object_body(context.request, problem);
  if (!body) co_return problem_response(problem);
  BodyFields input(*body, "The body");
  const std::string account = input.required_text("account");
  const auto emails = input.texts("emails", kMostAddresses);
  if (const auto bad = input.problem()) co_return problem_response(*bad);
  if (!emails) co_return problem_response(bad_request("There are no addresses.", "Send `emails`: [...]."));
  if (const auto bad = refuse_account(context, account)) co_return problem_response(*bad);
  const auto now = context.control.now();
  std::vector<std::string> stale;
  std::string items = "[";
  for (std::size_t from = 0; from == 0 || from < emails->size(); from += kSlice) {
    std::vector<std::string> identities(std::min(kSlice, emails->size() - from));
    for (std::size_t i = 0; i < identities.size(); ++i)
      if (!domain::normalise_email_address((*emails)[from + i], identities[i])) identities[i].clear();
    std::vector<store::MailState> states;
    const ReadJob job = [&](store::Reader& reader) {
      if (from == 0) stale = stale_connections(reader, account, now);
      states = reader.mail_check(account, identities);
    };
    co_await context.control.read(job);
    for (std::size_t i = 0; i < states.size(); ++i)
      append_item(items, (*emails)[from + i], !identities[i].empty(), states[i]);
  }
  Json head{{"account", account}, {"as_of", to_rfc3339(now)}, {"stale", !stale.empty()}, {"stale_connections", stale}};
  std::string text = to_text(head);
  text.pop_back();
  co_return HttpResponse(200, "application/json", text + ",\"items\":" + items + "]}");
}

// --- changes ---

std::string place_text(const FeedPlace& place) {
  return std::to_string(place.seq) + "." + std::to_string(place.contact);
}

std::optional<FeedPlace> parse_place(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto seq = text.substr(0, dot) == "0" ? store::Id{0} : parse_id(text.substr(0, dot)).value_or(-1);
  const auto contact = text.substr(dot + 1) == "0" ? store::Id{0} : parse_id(text.substr(dot + 1)).value_or(-1);
  if (seq < 0 || contact < 0) return std::nullopt;
  return FeedPlace{seq, contact};
}

Json to_json(const store::ChangedContact& one) {
  Json json;
  json["contact"] = id_text(one.contact);
  json["email"] = text_or_null(one.address);
  json["status"] = one.address.empty() ? Json("erased") : Json(domain::to_string(one.status));
  json["mailable"] = !one.address.empty() && one.status == domain::Status::subscribed;
  json["reason"] = one.reason ? Json(domain::to_string(*one.reason)) : Json(nullptr);
  json["at"] = to_rfc3339(one.at);
  return json;
}

struct FeedQuery {
  std::string account;
  std::optional<FeedPlace> after;
  bool latest = false;  // only where the feed ends now
  std::size_t limit = 0;
  std::chrono::seconds wait{0};
};

std::optional<Problem> read_feed_query(const Context& context, FeedQuery& query) {
  QueryFields fields(context.request);
  query.account = fields.text("account");
  query.limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, kMostPerPage));
  query.wait = std::chrono::seconds(fields.number("wait", 1, 60, 0));
  std::string after = fields.text("after");
  // A browser's EventSource goes on by itself.
  if (const auto last = context.request.field("last-event-id"); !last.empty()) after = last;
  query.latest = after == "latest";
  if (!after.empty() && !query.latest) {
    const auto place = read_cursor("changes", after);
    if (place) query.after = parse_place(*place);
    if (!query.after) fields.refuse(bad_cursor());
  }
  if (auto problem = refuse_account(context, query.account)) fields.refuse(std::move(*problem));
  return fields.problem();
}

std::string cursor_of(const FeedPlace& place) { return make_cursor("changes", place_text(place)); }

// {"items":[...],"cursor":CURSOR,"more":bool}
Json page_json(const store::FeedPage& page) {
  Json items = Json::array();
  for (const auto& one : page.contacts) items.push_back(to_json(one));
  return {{"items", std::move(items)}, {"cursor", cursor_of(page.next)}, {"more", page.more}};
}

asio::awaitable<store::FeedPage> read_feed(engine::Control& control, const FeedQuery& query) {
  store::FeedPage page;
  const ReadJob job = [&](store::Reader& reader) { page = reader.feed(query.account, query.after, query.limit); };
  co_await control.read(job);
  co_return page;
}

// A stream of changes; shared with its coroutine, which outlives the request's function.
struct Stream {
  Stream(engine::Control& c, FeedQuery q, std::shared_ptr<int> all)
      : control(c), query(std::move(q)), open(std::move(all)), ends(std::chrono::steady_clock::now() + kLasts) {
    ++*open;
  }
  ~Stream() { --*open; }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Then the client comes again with its last id, and whether it still may is asked anew.
  static constexpr std::chrono::minutes kLasts{5};
  engine::Control& control;
  FeedQuery query;
  std::shared_ptr<int> open;  // how many there are
  std::chrono::steady_clock::time_point ends;
};

asio::awaitable<std::optional<std::string>> next_event(std::shared_ptr<Stream> stream) {
  constexpr std::chrono::seconds kHeartbeat{15};
  std::optional<std::string> text;
  if (!stream->control.ready() || std::chrono::steady_clock::now() > stream->ends) co_return text;
  const auto seen = stream->control.writes();
  const auto page = co_await read_feed(stream->control, stream->query);
  const bool moved = stream->query.after != page.next;
  stream->query.after = page.next;
  if (!page.contacts.empty()) {
    text = "id: " + cursor_of(page.next) + "\ndata: " + to_text(page_json(page)) + "\n\n";
    co_return text;
  }
  if (!moved) co_await stream->control.written(seen, kHeartbeat);
  text = stream->control.writes() == seen ? ": still here\n\n" : "";
  co_return text;
}

Problem too_many_streams() {
  return {503, "too_many_streams", "Too many streams", "As many streams of changes as are served at once are open.",
          "Close one, or ask with `wait` instead."};
}

asio::awaitable<HttpResponse> get_changes(Context& context) {
  static const auto open = std::make_shared<int>(0);
  constexpr int kMostStreams = 64;
  FeedQuery query;
  if (const auto problem = read_feed_query(context, query)) co_return problem_response(*problem);
  if (query.latest) {
    FeedPlace end;
    const ReadJob job = [&](store::Reader& reader) { end = reader.end_of_feed(); };
    co_await context.control.read(job);
    query.after = end;
  }
  if (context.request.field("accept").find("text/event-stream") != std::string_view::npos) {
    if (*open >= kMostStreams) co_return problem_response(too_many_streams());
    const auto stream = std::make_shared<Stream>(context.control, query, open);
    HttpResponse response(200, "text/event-stream", "");
    response.stream = [stream] { return next_event(stream); };
    co_return response;
  }
  const auto deadline = std::chrono::steady_clock::now() + query.wait;
  for (;;) {
    const auto seen = context.control.writes();
    const auto page = co_await read_feed(context.control, query);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (!page.contacts.empty() || page.more || left.count() <= 0 || !context.control.ready())
      co_return json_response(200, page_json(page));
    query.after = page.next;
    co_await context.control.written(seen, left);
  }
}

}  // namespace

std::vector<Route> mail_routes() {
  return {{"POST", "/api/v1/mailable", Permission::read, check_mailable, false, kBodyLimit},
          {"GET", "/api/v1/changes", Permission::read, get_changes}};
}

}  // namespace crmsync::api
