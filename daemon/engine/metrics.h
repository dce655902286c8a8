// What Prometheus scrapes: counters that are kept while the daemon works, and figures that are read for each scrape
// from counters that the store keeps, so that a scrape costs the same whatever the number of contacts. Labels are ids
// of the configuration, routes and fixed words: few, and never an address or a secret. Used by the engine; its calls
// may come from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/types.h"
#include "core/sync/trigger.h"

namespace crmsync::engine {

// What a scrape says beside the counters.
struct Figures {
  struct Account {
    std::string id;
    store::ContactCounts contacts;
  };
  struct Connection {
    std::string id;
    bool up = true;
    int failures = 0;  // in a row
    std::int64_t records = 0;
    domain::Millis last_success = 0;  // 0: never
    std::int64_t held_runs = 0;
    domain::Millis oldest_held = 0;  // age
    std::map<store::PushState, std::int64_t> pushes;
    domain::Millis oldest_push = 0;  // age of the oldest that the CRM has not confirmed
    std::int64_t overdue_pushes = 0;
  };
  std::vector<Account> accounts;
  std::vector<Connection> connections;
  std::int64_t conflicts = 0;
  std::int64_t store_bytes = 0;
};

class Metrics {
 public:
  explicit Metrics(domain::Millis started);
  ~Metrics();

  // The connections of the configuration: each has its series from the start, those of others go.
  void keep_connections(const std::vector<std::string>& ids);
  void finished(const store::RunRow& run);
  // What was changed outside of a run's own time: by an approval.
  void changed(const std::string& connection, const store::RunCounts& counts);
  // What became of one attempt; pending: it failed and is repeated.
  void pushed(const std::string& connection, store::PushState state);
  void wrote(sync::Steady took);
  void answered(std::string_view route, unsigned status, double seconds);
  void reloaded(bool well, domain::Millis now);
  // Of the certificate that the API shows. Without a call there is no such series.
  void certificate_expires(domain::Millis at);

  // In the text format of Prometheus.
  std::string render(const Figures& figures) const;

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace crmsync::engine
