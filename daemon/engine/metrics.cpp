#include "daemon/engine/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <mutex>
#include <set>

#include "daemon/engine/process_figures.h"

namespace crmsync::engine {

namespace {

using Counters = prometheus::Family<prometheus::Counter>;
using Gauges = prometheus::Family<prometheus::Gauge>;
using Histograms = prometheus::Family<prometheus::Histogram>;
using Labels = prometheus::Labels;
using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets kRunBuckets{0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600};
const Buckets kWriteBuckets{0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120};
const Buckets kRequestBuckets{0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30};

constexpr std::array<std::string_view, 3> kRunStates{"applied", "held", "failed"};
constexpr std::array<std::string_view, 4> kPushResults{"accepted", "acknowledged", "failed", "dead"};

Counters& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Gauges& gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

Histograms& histograms(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

double in_seconds(domain::Millis millis) { return static_cast<double>(millis) / domain::kSecond; }

Labels of(const std::string& connection, const char* key, std::string_view value) {
  return {{"connection", connection}, {key, std::string(value)}};
}

// The series of one connection; a family's series is found by pointer when it has to go.
template <class Metric>
class PerConnection {
 public:
  explicit PerConnection(prometheus::Family<Metric>& family) : family_(family) {}

  template <class... Arguments>
  Metric& at(const std::string& connection, const Labels& labels, Arguments&&... arguments) {
    Metric& metric = family_.Add(labels, std::forward<Arguments>(arguments)...);
    known_[connection].insert(&metric);
    return metric;
  }
  void keep(const std::set<std::string>& connections) {
    for (auto one = known_.begin(); one != known_.end();) {
      if (connections.contains(one->first)) {
        ++one;
        continue;
      }
      for (Metric* metric : one->second) family_.Remove(metric);
      one = known_.erase(one);
    }
  }

 private:
  prometheus::Family<Metric>& family_;
  std::map<std::string, std::set<Metric*>> known_;
};

std::string_view result_of(store::PushState state) {
  switch (state) {
    case store::PushState::sent: return "accepted";
    case store::PushState::acknowledged: return "acknowledged";
    case store::PushState::dead: return "dead";
    case store::PushState::pending:
    case store::PushState::superseded: break;
  }
  return "failed";
}

}  // namespace

struct Metrics::Series {
  prometheus::Registry registry;
  PerConnection<prometheus::Counter> runs{counters(
      registry, "crmsyncd_runs_total",
      "Runs by how they ended. Alert on increase of state=\"failed\" over an hour without one of \"applied\".")};
  PerConnection<prometheus::Histogram> durations{
      histograms(registry, "crmsyncd_run_duration_seconds",
                 "How long runs took, from start to end. Alert when most take longer than the interval between them.")};
  PerConnection<prometheus::Counter> read{
      counters(registry, "crmsyncd_records_read_total",
               "Records that the CRM delivered. No alert; a fall to nothing shows an export that is empty.")};
  PerConnection<prometheus::Counter> changes{counters(
      registry, "crmsyncd_changes_total",
      "What runs and approvals changed: contacts unsubscribed or resubscribed, records new or deleted. Alert on "
      "an unusual increase of change=\"unsubscribed\" or \"resubscribed\".")};
  PerConnection<prometheus::Counter> kept{
      counters(registry, "crmsyncd_kept_unsubscribed_total",
               "Contacts that the CRM re-activated and that stay unsubscribed for another reason. Alert on a sudden "
               "increase: somebody re-activates people who said no.")};
  PerConnection<prometheus::Counter> skipped{
      counters(registry, "crmsyncd_records_skipped_total",
               "Records about which nothing could be decided, by cause: invalid (no address, unreadable), unknown (the "
               "opt-out cannot be read), duplicate. Alert on cause=\"unknown\": opt-outs may be missed.")};
  PerConnection<prometheus::Counter> calls{counters(
      registry, "crmsyncd_crm_requests_total", "Pages asked of the CRM. No alert; compare with the CRM's own limit.")};
  PerConnection<prometheus::Counter> pushes{counters(
      registry, "crmsyncd_pushes_total",
      "Attempts to tell the CRM of an opt-out, by result. Alert on any increase of result=\"dead\": a person has "
      "to look.")};
  prometheus::Histogram& writes =
      histograms(
          registry, "crmsyncd_store_write_seconds",
          "How long each piece of work on the store took. Alert when the 99th percentile stays above 5 s: the disk "
          "is too slow or too full.")
          .Add({}, kWriteBuckets);
  Counters& requests = counters(
      registry, "crmsyncd_api_requests_total",
      "HTTP requests by route and status. Alert on any increase of status=\"500\"; many of \"401\" are somebody "
      "guessing.");
  Histograms& request_durations = histograms(
      registry, "crmsyncd_api_request_duration_seconds",
      "How long HTTP requests took, by route. Alert when /healthz or /metrics take longer than 1 s. Requests "
      "that wait for a run take as long as the run.");
  Gauges& reload_well = gauges(registry, "crmsyncd_config_last_reload_successful",
                               "1 when the last reload of the configuration took effect. Alert on 0: what was changed "
                               "last is not in force.");
  Gauges& reload_at = gauges(registry, "crmsyncd_config_last_reload_success_timestamp_seconds",
                             "When a configuration took effect last. No alert.");
  domain::Millis started = 0;
  std::mutex mutex;  // of what PerConnection remembers
};

Metrics::Metrics(domain::Millis started) : series_(std::make_unique<Series>()) {
  series_->started = started;
  reloaded(true, started);
}

Metrics::~Metrics() = default;

void Metrics::keep_connections(const std::vector<std::string>& ids) {
  {
    auto& s = *series_;
    const std::lock_guard lock(s.mutex);
    const std::set<std::string> kept(ids.begin(), ids.end());
    for (auto* family : {&s.runs, &s.read, &s.changes, &s.kept, &s.skipped, &s.calls, &s.pushes}) family->keep(kept);
    s.durations.keep(kept);
    for (const auto& id : ids) {
      for (const auto state : kRunStates) s.runs.at(id, of(id, "state", state));
      for (const auto result : kPushResults) s.pushes.at(id, of(id, "result", result));
      s.durations.at(id, {{"connection", id}}, kRunBuckets);
      s.read.at(id, {{"connection", id}}), s.calls.at(id, {{"connection", id}});
    }
  }
  for (const auto& id : ids) changed(id, {});
}

void Metrics::finished(const store::RunRow& run) {
  {
    auto& s = *series_;
    const std::lock_guard lock(s.mutex);
    const Labels connection{{"connection", run.connection}};
    s.runs.at(run.connection, of(run.connection, "state", to_string(run.state))).Increment();
    s.durations.at(run.connection, connection, kRunBuckets).Observe(in_seconds(run.duration_ms));
    s.read.at(run.connection, connection).Increment(static_cast<double>(run.counts.fetched));
    s.calls.at(run.connection, connection).Increment(static_cast<double>(run.api_calls));
  }
  changed(run.connection, run.counts);
}

void Metrics::changed(const std::string& connection, const store::RunCounts& counts) {
  auto& s = *series_;
  const std::lock_guard lock(s.mutex);
  const std::array<std::pair<std::string_view, std::int64_t>, 4> changes{{{"new", counts.added},
                                                                          {"unsubscribed", counts.unsubscribed},
                                                                          {"resubscribed", counts.resubscribed},
                                                                          {"deleted", counts.deleted}}};
  for (const auto& [change, count] : changes)
    s.changes.at(connection, of(connection, "change", change)).Increment(static_cast<double>(count));
  const std::array<std::pair<std::string_view, std::int64_t>, 3> skipped{
      {{"invalid", counts.invalid}, {"unknown", counts.unknown}, {"duplicate", counts.duplicates}}};
  for (const auto& [cause, count] : skipped)
    s.skipped.at(connection, of(connection, "cause", cause)).Increment(static_cast<double>(count));
  s.kept.at(connection, {{"connection", connection}}).Increment(static_cast<double>(counts.kept_unsubscribed));
}

void Metrics::pushed(const std::string& connection, store::PushState state) {
  const std::lock_guard lock(series_->mutex);
  series_->pushes.at(connection, of(connection, "result", result_of(state))).Increment();
}

void Metrics::wrote(sync::Steady took) { series_->writes.Observe(in_seconds(took.count())); }

void Metrics::answered(std::string_view route, unsigned status, double seconds) {
  const std::string name(route);
  series_->requests.Add({{"route", name}, {"status", std::to_string(status)}}).Increment();
  series_->request_durations.Add({{"route", name}}, kRequestBuckets).Observe(seconds);
}

void Metrics::reloaded(bool well, domain::Millis now) {
  series_->reload_well.Add({}).Set(well ? 1 : 0);
  if (well) series_->reload_at.Add({}).Set(in_seconds(now));
}

void Metrics::certificate_expires(domain::Millis at) {
  gauges(series_->registry, "crmsyncd_tls_certificate_expiry_timestamp_seconds",
         "When the certificate that the API shows expires. Alert when that is less than 14 days away.")
      .Add({})
      .Set(in_seconds(at));
}

namespace {

void add_accounts(prometheus::Registry& registry, const std::vector<Figures::Account>& accounts) {
  auto& by_status = gauges(registry, "crmsyncd_contacts",
                           "Contacts by status. Alert on status=\"on_hold\" above 0 for hours: somebody has to look.");
  auto& by_reason = gauges(registry, "crmsyncd_suppressed_contacts",
                           "Contacts with an active suppression of the reason; one contact may count under several. "
                           "Alert on a jump of reason=\"spam_complaint\" or \"hard_bounce\".");
  for (const auto& account : accounts) {
    for (const auto status : {domain::Status::subscribed, domain::Status::unsubscribed, domain::Status::on_hold}) {
      const auto found = account.contacts.by_status.find(status);
      by_status.Add({{"account", account.id}, {"status", std::string(domain::to_string(status))}})
          .Set(found == account.contacts.by_status.end() ? 0 : static_cast<double>(found->second));
    }
    for (const auto& traits : domain::all_reasons()) {
      const auto found = account.contacts.by_reason.find(traits.reason);
      by_reason.Add({{"account", account.id}, {"reason", std::string(traits.name)}})
          .Set(found == account.contacts.by_reason.end() ? 0 : static_cast<double>(found->second));
    }
  }
}

void add_schedules(prometheus::Registry& registry, const std::vector<Figures::Connection>& connections) {
  auto& up = gauges(registry, "crmsyncd_connection_up",
                    "0 when the last run failed. Alert on 0 for longer than a few intervals.");
  auto& failures = gauges(registry, "crmsyncd_connection_failures",
                          "Runs that failed in a row. No alert: crmsyncd_connection_up has it.");
  auto& last = gauges(registry, "crmsyncd_last_success_timestamp_seconds",
                      "When a run completed last; 0 when none ever did. Alert when that is longer ago than a day: what "
                      "is mailed may be stale.");
  auto& records = gauges(registry, "crmsyncd_records", "Live CRM records. Alert on a sudden fall.");
  auto& held = gauges(registry, "crmsyncd_held_runs",
                      "Runs that wait for a person to approve or reject them. Alert on anything above 0.");
  auto& held_age = gauges(registry, "crmsyncd_held_run_oldest_age_seconds",
                          "How long the oldest of them waits; 0 when there is none. Alert, louder, after hours.");
  for (const auto& connection : connections) {
    const Labels labels{{"connection", connection.id}};
    up.Add(labels).Set(connection.up ? 1 : 0);
    failures.Add(labels).Set(connection.failures);
    last.Add(labels).Set(in_seconds(connection.last_success));
    records.Add(labels).Set(static_cast<double>(connection.records));
    held.Add(labels).Set(static_cast<double>(connection.held_runs));
    held_age.Add(labels).Set(in_seconds(connection.oldest_held));
  }
}

void add_outbox(prometheus::Registry& registry, const std::vector<Figures::Connection>& connections) {
  auto& pushes = gauges(registry, "crmsyncd_outbox_pushes",
                        "Opt-outs that the CRM has not confirmed: pending, sent (taken, not yet read back) or dead. "
                        "Alert on state=\"dead\" above 0.");
  auto& oldest = gauges(registry, "crmsyncd_outbox_oldest_age_seconds",
                        "Age of the oldest push that is pending or sent; 0 when there is none. Alert above 12 hours.");
  auto& overdue = gauges(registry, "crmsyncd_outbox_overdue_pushes",
                         "Pushes past their deadline that the CRM has not confirmed. Alert on anything above 0.");
  for (const auto& connection : connections) {
    for (const auto state : {store::PushState::pending, store::PushState::sent, store::PushState::dead}) {
      const auto found = connection.pushes.find(state);
      pushes.Add(of(connection.id, "state", to_string(state)))
          .Set(found == connection.pushes.end() ? 0 : static_cast<double>(found->second));
    }
    oldest.Add({{"connection", connection.id}}).Set(in_seconds(connection.oldest_push));
    overdue.Add({{"connection", connection.id}}).Set(static_cast<double>(connection.overdue_pushes));
  }
}

void add_process(prometheus::Registry& registry, domain::Millis started) {
  const ProcessFigures process = process_figures();
  gauges(registry, "process_resident_memory_bytes", "Resident memory. Alert above 512 MB: a leak.")
      .Add({})
      .Set(static_cast<double>(process.resident_bytes));
  counters(registry, "process_cpu_seconds_total",
           "CPU time, user and system. Alert when it grows by 0.5 s a second for "
           "an hour without a run.")
      .Add({})
      .Increment(process.cpu_seconds);
  gauges(registry, "process_open_fds", "Open files and sockets. Alert above 80% of process_max_fds.")
      .Add({})
      .Set(static_cast<double>(process.open_fds));
  gauges(registry, "process_max_fds", "The limit of open files. No alert.")
      .Add({})
      .Set(static_cast<double>(process.most_fds));
  gauges(registry, "process_start_time_seconds", "When the daemon started. Alert on several changes in an hour.")
      .Add({})
      .Set(in_seconds(started));
}

}  // namespace

std::string Metrics::render(const Figures& figures) const {
  prometheus::Registry registry;
  add_accounts(registry, figures.accounts);
  add_schedules(registry, figures.connections);
  add_outbox(registry, figures.connections);
  gauges(registry, "crmsyncd_conflicts",
         "CRM records that say subscribed while we keep the contact unsubscribed. Alert on a sudden increase.")
      .Add({})
      .Set(static_cast<double>(figures.conflicts));
  gauges(registry, "crmsyncd_store_bytes",
         "Size of the store and its log. Alert on the free space of its disk instead.")
      .Add({})
      .Set(static_cast<double>(figures.store_bytes));
  gauges(registry, "crmsyncd_build_info", "Always 1; the version is a label. No alert.")
      .Add({{"version", CRMSYNC_VERSION}})
      .Set(1);
  add_process(registry, series_->started);
  auto families = series_->registry.Collect();
  for (auto& family : registry.Collect()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace crmsync::engine
