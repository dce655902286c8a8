#include "config/connection_reader.h"

#include <algorithm>
#include <array>

namespace crmsync::config {

namespace {

using std::chrono::days;
using std::chrono::seconds;
using Words = std::span<const std::string_view>;

constexpr milliseconds kShortest = seconds(1);
constexpr milliseconds kLongest = days(366);
constexpr std::int64_t kMostContacts = 1'000'000'000;

// What is not given follows what is: `every: 7d` alone is no contradiction to the default of full_every.
void read_schedule(Section& connection, ReadContext& context, Schedule& schedule) {
  const Node* node = connection.map("schedule");
  if (node == nullptr) return;
  Section section(*node, Part::schedule, context.problems);
  const auto every = section.duration("every", kShortest, kLongest);
  const auto full_every = section.duration("full_every", kShortest, kLongest);
  section.finish();
  if (every) schedule.every = *every;
  if (!full_every)
    schedule.full_every = std::max(schedule.full_every, schedule.every);
  else if (*full_every < schedule.every && (every || !section.has("every")))
    context.problems.add(section.at("full_every"), "full_every has to be at least as long as every");
  else
    schedule.full_every = *full_every;
}

void read_deadlines(Section& section, ReadContext& context, Connection& connection) {
  const auto deadline = section.duration("push_deadline", kShortest, kLongest);
  const auto warn_after = section.duration("push_warn_after", kShortest, kLongest);
  if (deadline) connection.push_deadline = *deadline;
  if (!warn_after)
    connection.push_warn_after = std::min(connection.push_warn_after, connection.push_deadline);
  else if (*warn_after > connection.push_deadline && (deadline || !section.has("push_deadline")))
    context.problems.add(section.at("push_warn_after"), "push_warn_after has to be no longer than push_deadline");
  else
    connection.push_warn_after = *warn_after;
}

void read_limit(Section& limits, std::string_view key, ReadContext& context, domain::Limit& limit) {
  const Node* node = limits.map(key);
  if (node == nullptr) return;
  Section section(*node, Part::limit, context.problems);
  const auto percent = section.percent("percent");
  const auto at_least = section.whole("at_least", 0, kMostContacts);
  const auto at_most = section.whole("at_most", 0, kMostContacts);
  section.finish();
  limit.percent = percent.value_or(limit.percent);
  limit.at_least = at_least.value_or(limit.at_least);
  limit.at_most = at_most.value_or(limit.at_most);
  const bool readable = (at_least || !section.has("at_least")) && (at_most || !section.has("at_most"));
  if (!readable || limit.at_least <= limit.at_most) return;
  context.problems.add(section.at(at_least ? "at_least" : "at_most"),
                       "at_least (" + std::to_string(limit.at_least) + (at_least ? "" : ", the default") +
                           ") has to be no more than at_most (" + std::to_string(limit.at_most) +
                           (at_most ? ")" : ", the default)"));
}

void read_limits(Section& connection, ReadContext& context, domain::Limits& limits) {
  const Node* node = connection.map("limits");
  if (node == nullptr) return;
  Section section(*node, Part::limits, context.problems);
  read_limit(section, "max_resubscribe", context, limits.max_resubscribe);
  read_limit(section, "max_unsubscribe", context, limits.max_unsubscribe);
  read_limit(section, "max_delete", context, limits.max_delete);
  section.finish();
}

void read_rate_limit(Section& connection, ReadContext& context, std::optional<RateLimit>& rate_limit) {
  const Node* node = connection.map("rate_limit");
  if (node == nullptr) return;
  Section section(*node, Part::rate_limit, context.problems);
  section.require("requests");
  section.require("per");
  const auto requests = section.whole("requests", 1, 1'000'000);
  const auto per = section.duration("per", milliseconds(1), days(1));
  section.finish();
  if (requests && per) rate_limit = RateLimit{static_cast<int>(*requests), *per};
}

void read_policies(Section& section, domain::SyncRules& rules) {
  static constexpr std::array<std::string_view, 2> on_delete{"suppress", "keep"};
  static constexpr std::array<std::string_view, 3> push{"none", "opt_out", "both"};
  if (const auto word = section.word("on_delete", on_delete)) rules.on_delete = static_cast<domain::OnDelete>(*word);
  if (const auto word = section.word("push", push)) rules.push = static_cast<domain::PushPolicy>(*word);
}
static_assert(static_cast<int>(domain::OnDelete::keep) == 1 && static_cast<int>(domain::PushPolicy::both) == 2);

// What the connection says its connector is; before the section can be read, as the keys depend on it.
const ConnectorSchema* find_connector(const Node& node, const ReadContext& context) {
  const Entry* entry = node.find("connector");
  if (entry == nullptr || entry->value.kind != Node::Kind::scalar) return nullptr;
  const auto found = std::find_if(context.connectors.begin(), context.connectors.end(),
                                  [&](const ConnectorSchema& schema) { return schema.name == entry->value.text; });
  return found == context.connectors.end() ? nullptr : &*found;
}

void read_common(Section& section, ReadContext& context, Connection& connection) {
  std::vector<std::string_view> names;
  for (const auto& schema : context.connectors) names.push_back(schema.name);
  section.require("id");
  section.require("connector");
  if (const auto id = section.id("id")) connection.id = *id;
  if (const auto which = section.word("connector", names)) connection.connector = names[*which];
  connection.rules.connection = connection.id;
  read_schedule(section, context, connection.schedule);
  read_policies(section, connection.rules);
  read_deadlines(section, context, connection);
  read_limits(section, context, connection.limits);
  read_rate_limit(section, context, connection.rate_limit);
}

}  // namespace

Connection read_connection(const Node& node, ReadContext& context) {
  Connection connection;
  connection.options = nlohmann::json::object();
  const ConnectorSchema* connector = find_connector(node, context);
  if (connector == nullptr) {
    // Which other keys it may have is not known: they are neither read nor refused.
    std::vector<std::string_view> others;
    for (const Entry& entry : node.entries) others.push_back(entry.key);
    Section section(node, Part::connection, context.problems, others);
    read_common(section, context, connection);
    return connection;
  }
  std::vector<std::string_view> names;
  for (const auto& option : connector->options)
    if (option.name != "opted_out_when") names.push_back(option.name);
  Section section(node, Part::connection, context.problems, names);
  read_common(section, context, connection);
  read_options(section, node, *connector, context, connection);
  section.finish();
  return connection;
}

}  // namespace crmsync::config
