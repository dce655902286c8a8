#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "daemon/engine/link.h"

namespace crmsync::engine {

namespace {

std::pair<std::string, std::string> split(const std::string& key) {
  const auto bar = key.rfind('|');
  return {key.substr(0, bar), key.substr(bar + 1)};
}

}  // namespace

// Made anew for each scrape from what the engine and its reader know: nothing can go stale in between.
std::string Engine::metrics() {
  prometheus::Registry registry;
  auto& runs =
      prometheus::BuildCounter().Name("crmsyncd_runs_total").Help("Runs by how they ended.").Register(registry);
  for (const auto& [key, n] : run_counts_) {
    const auto [connection, state] = split(key);
    runs.Add({{"connection", connection}, {"state", state}}).Increment(static_cast<double>(n));
  }
  auto& requests =
      prometheus::BuildCounter().Name("crmsyncd_api_requests_total").Help("API requests.").Register(registry);
  for (const auto& [key, n] : request_counts_) {
    const auto [route, status] = split(key);
    requests.Add({{"route", route}, {"status", status}}).Increment(static_cast<double>(n));
  }
  auto& up =
      prometheus::BuildGauge().Name("crmsyncd_connection_up").Help("1 when the last run went well.").Register(registry);
  auto& last = prometheus::BuildGauge()
                   .Name("crmsyncd_last_success_timestamp_seconds")
                   .Help("When the last run went well.")
                   .Register(registry);
  auto& kept = prometheus::BuildGauge()
                   .Name("crmsyncd_kept_unsubscribed")
                   .Help("Of the last run: re-activated in the CRM, kept unsubscribed.")
                   .Register(registry);
  for (const auto& [id, link] : links_) {
    up.Add({{"connection", id}}).Set(link->last_error.empty() ? 1 : 0);
    if (!link->last_run) continue;
    last.Add({{"connection", id}})
        .Set(static_cast<double>(link->last_run->started_at + link->last_run->duration_ms) / 1000);
    kept.Add({{"connection", id}}).Set(static_cast<double>(link->last_run->counts.kept_unsubscribed));
  }
  return prometheus::TextSerializer().Serialize(registry.Collect()) + store_metrics_;
}

}  // namespace crmsync::engine
