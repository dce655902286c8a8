#include <sys/stat.h>

#include "daemon/engine/link.h"

namespace crmsync::engine {

namespace {

std::int64_t size_of(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 ? facts.st_size : 0;
}

// Everything that comes from the store, in one read: it fits together.
void read_figures(store::Reader& reader, const config::Config& config, domain::Millis now, Figures& figures) {
  for (const auto& account : config.accounts) figures.accounts.push_back({account.id, reader.counts(account.id)});
  std::map<std::string, Figures::Connection*> known;
  for (auto& connection : figures.connections) known[connection.id] = &connection;
  const auto at = [&](const std::string& id) { return known.contains(id) ? known[id] : nullptr; };
  for (const auto& state : reader.connections())
    if (auto* connection = at(state.id))
      connection->records = state.records, connection->last_success = state.last_poll_at.value_or(0);
  for (const auto& run : reader.held_runs())
    if (auto* connection = at(run.connection)) {
      ++connection->held_runs;
      connection->oldest_held = std::max(connection->oldest_held, now - run.started_at);
    }
  for (const auto& summary : reader.outbox_summary(now))
    if (auto* connection = at(summary.connection)) {
      connection->pushes = summary.by_state;
      connection->overdue_pushes = summary.overdue;
      if (summary.oldest_open) connection->oldest_push = std::max<domain::Millis>(0, now - *summary.oldest_open);
    }
  figures.conflicts = reader.conflict_count();
}

}  // namespace

asio::awaitable<std::string> Engine::metrics() {
  const auto config = config_;
  Figures figures;
  for (const auto& [id, link] : links_) {
    if (link->retired) continue;
    Figures::Connection connection;
    connection.id = id;
    connection.up = link->last_error.empty();
    connection.failures = link->trigger.failures();
    figures.connections.push_back(std::move(connection));
  }
  const auto read_job = [&](store::Reader& reader) { read_figures(reader, *config, now(), figures); };
  co_await threads_.glance(read_job);
  figures.store_bytes = size_of(config->store_path) + size_of(config->store_path + "-wal");
  co_return metrics_.render(figures);
}

}  // namespace crmsync::engine
