// What the HTTP API may ask of the running daemon. Implemented by Engine; the API sees nothing else of it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "connectors/connector.h"
#include "core/result.h"
#include "core/store/store.h"

namespace crmsync::engine {

namespace asio = boost::asio;

// What a connection is doing, beside what the store knows of it.
struct ConnectionActivity {
  std::string id;
  std::string account;
  std::string connector;
  std::string state;                       // idle | running | backing_off | stopped
  std::optional<domain::Millis> next_due;  // wall clock; nullopt: only on demand
  std::string last_error;                  // of the last failed run, empty after a good one
  int failures = 0;                        // in a row
};

// The result of `plan`: what a sync would do now. Nothing of it is kept.
struct PlanReport {
  store::RunRow run;                      // counts as a sync would report them; state applied or held
  std::vector<store::ChangeRow> changes;  // the first kMaxChanges, in the order of the CRM
  std::int64_t total_changes = 0;
  static constexpr std::size_t kMaxChanges = 10000;
};

class Control {
 public:
  virtual ~Control() = default;

  // The configuration in force; a reload replaces it, so keep the pointer while using it.
  virtual std::shared_ptr<const config::Config> config() const = 0;
  virtual std::vector<ConnectionActivity> activity() const = 0;
  virtual bool ready() const = 0;
  // False: the store hangs. A long write is no hang.
  virtual bool healthy() const = 0;
  virtual domain::Millis now() const = 0;

  // Runs `job` on a reader thread (sees everything committed before the call) or on the store thread. `job` must live
  // until the await returns. An exception of the job comes out of the await.
  using ReadJob = std::function<void(store::Reader&)>;
  using WriteJob = std::function<void(store::Store&)>;
  virtual asio::awaitable<void> read(const ReadJob& job) = 0;
  virtual asio::awaitable<void> write(const WriteJob& job) = 0;

  // Triggers a sync. Without `wait` returns at once with no value; with it, the run that began after the trigger, when
  // it is finished. Errors: not_found (no such connection), cancelled (shutdown).
  virtual asio::awaitable<Result<std::optional<store::RunRow>>> sync(std::string connection, store::RunMode mode,
                                                                     bool wait) = 0;
  virtual asio::awaitable<Result<PlanReport>> plan(std::string connection, store::RunMode mode) = 0;
  virtual asio::awaitable<Result<connectors::Probe>> test(std::string connection) = 0;
  // A link to the CRM record, where the connector can build one.
  virtual std::optional<std::string> record_url(const std::string& connection,
                                                const std::string& external_id) const = 0;

  // Settle a held run. Errors: not_found, rejected (the run is not held; the message says what it is).
  virtual asio::awaitable<Result<store::RunRow>> approve(store::Id run, store::Actor actor) = 0;
  virtual asio::awaitable<Result<store::RunRow>> reject(store::Id run, store::Actor actor) = 0;

  // Delivery events; wakes the outbox when something has to be pushed.
  virtual asio::awaitable<std::vector<store::EventOutcome>> add_events(std::vector<store::EventIn> events) = 0;
  // An opt-out by an operator (reason manual). Returns the contact afterwards.
  virtual asio::awaitable<store::ContactRow> unsubscribe(store::ContactChange change, store::Actor actor) = 0;
  // Lifts what the order names, by the rules. The contact exists.
  virtual asio::awaitable<store::LiftOutcome> lift(store::LiftOrder order, store::Actor actor) = 0;
  virtual asio::awaitable<bool> retry_push(store::Id push) = 0;
  // How often something was written, and waiting for the next time: returns at once if that was after `seen`, and at
  // the latest after `wait`, or when the daemon stops.
  virtual std::uint64_t writes() const = 0;
  virtual asio::awaitable<void> written(std::uint64_t seen, std::chrono::milliseconds wait) = 0;
  // A job was made: it is worked on from now on, and after a restart.
  virtual void wake_jobs() = 0;

  // In the text format of Prometheus.
  virtual asio::awaitable<std::string> metrics() = 0;
  // For the API's own request metrics.
  virtual void count_request(std::string_view route, unsigned status, double seconds) = 0;
};

}  // namespace crmsync::engine
