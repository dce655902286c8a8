// The running daemon: a loop per connection that syncs when its trigger says so, a loop that pushes, and what the API
// asks. Lives on the network thread; the store and blocking work are on threads of their own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <random>

#include "core/sync/trigger.h"
#include "daemon/engine/control.h"
#include "daemon/engine/run_steps.h"
#include "daemon/engine/threads.h"

namespace crmsync::engine {

class Engine final : public Control {
 public:
  // Throws store::StoreError when the store cannot be opened or belongs to another process.
  Engine(asio::io_context& io, std::shared_ptr<const config::Config> config);
  ~Engine() override;

  void start();
  // Every connection once; the exit code of --once: 0 fine, 1 a sync failed, 3 a run is held.
  asio::awaitable<int> once();
  void trigger_all(store::RunMode mode);
  // Connections that are new, changed or gone take effect; a running sync is finished with what it began.
  void reload(std::shared_ptr<const config::Config> config);
  // Finishes the batch in hand; done() when nothing runs any more.
  void stop();
  bool done() const noexcept { return stopping_ && active_ == 0; }

  std::shared_ptr<const config::Config> config() const override { return config_; }
  std::vector<ConnectionActivity> activity() const override;
  bool ready() const override { return started_ && !stopping_; }
  domain::Millis now() const override;
  asio::awaitable<void> read(const ReadJob& job) override { return threads_.read(job); }
  asio::awaitable<void> write(const WriteJob& job) override { return threads_.write(job); }
  asio::awaitable<Result<std::optional<store::RunRow>>> sync(std::string connection, store::RunMode mode,
                                                             bool wait) override;
  asio::awaitable<Result<PlanReport>> plan(std::string connection, store::RunMode mode) override;
  asio::awaitable<Result<connectors::Probe>> test(std::string connection) override;
  std::optional<std::string> record_url(const std::string& connection, const std::string& external_id) const override;
  asio::awaitable<Result<store::RunRow>> approve(store::Id run, store::Actor actor) override;
  asio::awaitable<Result<store::RunRow>> reject(store::Id run, store::Actor actor) override;
  asio::awaitable<std::vector<store::EventOutcome>> add_events(std::vector<store::EventIn> events) override;
  asio::awaitable<store::ContactRow> unsubscribe(store::ContactChange change, store::Actor actor) override;
  asio::awaitable<bool> retry_push(store::Id push) override;
  std::string metrics() override;
  void count_request(std::string_view route, unsigned status, double seconds) override;

 private:
  struct Link;

  void add_link(const config::Connection& connection);
  Link* find(const std::string& connection) const;
  asio::awaitable<void> sync_loop(std::shared_ptr<Link> link);
  asio::awaitable<void> push_loop(std::shared_ptr<Link> link);
  asio::awaitable<void> housekeeping();
  asio::awaitable<void> push_batch(Link& link);
  asio::awaitable<store::RunRow> run(Link& link, store::RunMode mode, store::RunTrigger trigger,
                                     std::optional<Error>& error);
  asio::awaitable<Result<void>> fetch(Link& link, RunContext& context);
  void report(const store::RunRow& run);
  void wake_pushes();
  double random();
  sync::Steady steady() const;

  asio::io_context& io_;
  std::shared_ptr<const config::Config> config_;
  Threads threads_;
  std::map<std::string, std::shared_ptr<Link>> links_;
  asio::steady_timer house_timer_;
  std::mt19937_64 random_{std::random_device{}()};
  std::map<std::string, std::int64_t> run_counts_;      // "connection|state" -> runs
  std::map<std::string, std::int64_t> request_counts_;  // "route|status" -> requests
  std::string store_metrics_;
  bool started_ = false;
  bool stopping_ = false;
  int active_ = 0;
};

}  // namespace crmsync::engine
