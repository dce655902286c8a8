#include <array>

#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_history.h"
#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/nearest.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;
using store::PushState;

constexpr std::array kStates{PushState::pending, PushState::sent, PushState::acknowledged, PushState::dead,
                             PushState::superseded};
constexpr std::size_t kStep = 1000;
constexpr int kMostSteps = 20;  // of a filtered list in one request: a page may be shorter than asked for

std::optional<PushState> parse_state(std::string_view name) {
  for (const auto state : kStates)
    if (store::to_string(state) == name) return state;
  return std::nullopt;
}

std::vector<std::string> state_names() {
  std::vector<std::string> names;
  for (const auto state : kStates) names.emplace_back(store::to_string(state));
  return names;
}

struct OutboxQuery {
  std::optional<PushState> state;
  std::string connection;
  std::size_t limit = 100;
  store::Id after = 0;
};

struct OutboxPage {
  std::vector<store::PushRow> pushes;
  store::Id next = 0;  // 0: the end
};

OutboxPage read_outbox(store::Reader& reader, const Principal& principal, const OutboxQuery& query) {
  const auto visible = visible_connections(reader, principal);
  OutboxPage page;
  store::Id at = query.after;
  for (int step = 0; step < kMostSteps; ++step) {
    const auto pushes = reader.outbox(query.state, kStep, at);
    for (const auto& push : pushes) {
      const bool wanted = query.connection.empty() || push.connection == query.connection;
      if (wanted && visible.contains(push.connection)) {
        if (page.pushes.size() == query.limit) {
          page.next = at;
          return page;
        }
        page.pushes.push_back(push);
      }
      at = push.id;
    }
    if (pushes.size() < kStep) return page;
  }
  page.next = at;
  return page;
}

asio::awaitable<HttpResponse> get_outbox(Context& context) {
  QueryFields fields(context.request);
  OutboxQuery query;
  query.state = fields.choice("state", state_names(), parse_state);
  query.connection = fields.text("connection");
  query.limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 100));
  const auto after = read_id_cursor("outbox", fields.text("after"));
  if (!after) fields.refuse(bad_cursor());
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  query.after = *after;
  OutboxPage page;
  const ReadJob job = [&](store::Reader& reader) { page = read_outbox(reader, context.principal, query); };
  co_await context.control.read(job);
  Json items = Json::array();
  const auto now = context.control.now();
  for (const auto& push : page.pushes) items.push_back(to_json(push, now));
  const std::string next = page.next == 0 ? "" : make_cursor("outbox", std::to_string(page.next));
  co_return page_response(std::move(items), next);
}

// The push with this id if the caller may see it.
std::optional<store::PushRow> find_push(store::Reader& reader, const Principal& principal, store::Id id) {
  auto pushes = reader.outbox(std::nullopt, 1, id - 1);
  if (pushes.empty() || pushes.front().id != id) return std::nullopt;
  if (!visible_connections(reader, principal).contains(pushes.front().connection)) return std::nullopt;
  return std::move(pushes.front());
}

asio::awaitable<HttpResponse> retry(Context& context) {
  const auto id = parse_id(context.params[0]);
  std::optional<store::PushRow> push;
  const ReadJob job = [&](store::Reader& reader) {
    if (id) push = find_push(reader, context.principal, *id);
  };
  co_await context.control.read(job);
  if (!push) co_return problem_response(not_found("There is no such push.", "`crmsyncctl outbox list` shows them."));
  const bool queued = co_await context.control.retry_push(*id);
  if (!queued) {
    const Error error(ErrorKind::rejected, "The push is " + std::string(store::to_string(push->state)) +
                                               " or a newer one for the same record waits already.");
    co_return problem_response(problem_of(error));
  }
  co_await context.control.read(job);
  if (!push) co_return problem_response(not_found("The push is gone.", "`crmsyncctl outbox list` shows the others."));
  co_return json_response(200, to_json(*push, context.control.now()));
}

}  // namespace

std::vector<Route> outbox_routes() {
  return {{"GET", "/api/v1/outbox", Permission::read, get_outbox},
          {"POST", "/api/v1/outbox/{id}/retry", Permission::operate, retry, true}};
}

}  // namespace crmsync::api
