#include "daemon/api/codec_contact.h"
#include "daemon/api/codec_event.h"
#include "daemon/api/lists.h"
#include "daemon/api/routes.h"

namespace crmsync::api {

namespace {

constexpr std::size_t kMostEvents = 1000;
constexpr std::size_t kBodyLimit = 8 * 1024 * 1024;

// What was sent, in its order; `taken` are those that can be passed on.
struct Batch {
  std::vector<std::optional<Problem>> problems;
  std::vector<store::EventIn> taken;
};

Batch read_batch(const Context& context, const Input& list, const std::string& account) {
  Batch batch;
  const auto now = context.control.now();
  for (const auto& one : list) {
    auto parsed = parse_event(one, account, now);
    std::optional<Problem> problem;
    if (auto* bad = std::get_if<Problem>(&parsed))
      problem = std::move(*bad);
    else
      problem = refuse_account(context, std::get<store::EventIn>(parsed).account);
    if (!problem) batch.taken.push_back(std::move(std::get<store::EventIn>(parsed)));
    batch.problems.push_back(std::move(problem));
  }
  return batch;
}

// As text: a tree of a thousand items takes longer than what was asked.
void append_outcome(std::string& to, std::size_t index, const store::EventOutcome& outcome) {
  to += "{\"index\":" + std::to_string(index);
  to += outcome.duplicate ? ",\"outcome\":\"duplicate\"" : ",\"outcome\":\"accepted\"";
  to += outcome.suppressed ? ",\"suppressed\":true" : ",\"suppressed\":false";
  to += outcome.contact == 0 ? ",\"contact\":null}" : ",\"contact\":\"" + id_text(outcome.contact) + "\"}";
}

void append_refusal(std::string& to, std::size_t index, const Problem& problem) {
  to += "{\"index\":" + std::to_string(index) + ",\"outcome\":\"refused\",\"error\":" + problem_json(problem) + "}";
}

// {"accepted":N,"duplicates":N,"refused":N,"items":[...]}, an item for each event in its order.
HttpResponse report(const Batch& batch, const std::vector<store::EventOutcome>& outcomes) {
  std::size_t accepted = 0, duplicates = 0, refused = 0, next = 0;
  std::string items;
  items.reserve(batch.problems.size() * 80);
  for (std::size_t i = 0; i < batch.problems.size(); ++i) {
    if (i > 0) items += ',';
    if (batch.problems[i]) {
      append_refusal(items, i, *batch.problems[i]);
      ++refused;
      continue;
    }
    const auto& outcome = outcomes.at(next++);
    append_outcome(items, i, outcome);
    ++(outcome.duplicate ? duplicates : accepted);
  }
  const std::string head = "{\"accepted\":" + std::to_string(accepted) +
                           ",\"duplicates\":" + std::to_string(duplicates) + ",\"refused\":" + std::to_string(refused) +
                           ",\"items\":[";
  return {200, "application/json", head + items + "]}\n"};
}

std::optional<Problem> read_body(const Context& context, Input& list, bool& single) {
  std::string why;
  auto body = parse_json(context.request.body, why);
  if (!body)
    return bad_request("The events cannot be read. " + why, "Send one event as an object, or an array of them.");
  single = body->is_object();
  if (!single && !body->is_array())
    return bad_request("That is neither an event nor an array of events.", "Send an object or an array of objects.");
  list = single ? Input::array({std::move(*body)}) : std::move(*body);
  if (list.size() > kMostEvents)
    return Problem{413, "too_many", "Too many events at once", "At most 1000 events are taken in one request.",
                   "Send them in several requests."};
  return std::nullopt;
}

asio::awaitable<HttpResponse> add_events(Context& context) {
  QueryFields fields(context.request);
  const std::string account = fields.text("account");
  if (const auto problem = fields.problem()) co_return problem_response(*problem);
  Input list;
  bool single = false;
  if (const auto problem = read_body(context, list, single)) co_return problem_response(*problem);
  Batch batch = read_batch(context, list, account);
  if (single && batch.problems.front()) co_return problem_response(*batch.problems.front());
  std::vector<store::EventOutcome> outcomes;
  if (!batch.taken.empty()) outcomes = co_await context.control.add_events(std::move(batch.taken));
  co_return report(batch, outcomes);
}

}  // namespace

std::vector<Route> event_routes() {
  return {{"POST", "/api/v1/events", Permission::unsubscribe, add_events, true, kBodyLimit}};
}

}  // namespace crmsync::api
