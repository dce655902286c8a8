// The running daemon: a loop per connection that syncs when its trigger says so, a loop that pushes, and what the API
// asks. Lives on the network thread; the store and blocking work are on threads of their own.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <random>
#include <set>

#include "config/secret_source.h"
#include "connectors/http/rate_limiters.h"
#include "core/sync/clock_watch.h"
#include "core/sync/trigger.h"
#include "daemon/engine/control.h"
#include "daemon/engine/metrics.h"
#include "daemon/engine/run_steps.h"
#include "daemon/engine/threads.h"

namespace crmsync::engine {

struct Setup;
using Setups = std::map<std::string, std::shared_ptr<const Setup>>;  // by the connection's id

class Engine final : public Control {
 public:
  // Throws store::StoreError when the store cannot be opened or belongs to another process. `secrets`: those of every
  // connection.
  Engine(asio::io_context& io, std::shared_ptr<const config::Config> config, const config::Secrets& secrets,
         Clock clock = {});
  ~Engine() override;

  void start();
  // Every connection once; the exit code of --once: 0 fine, 1 a sync failed, 3 a run is held.
  asio::awaitable<int> once();
  void trigger_all(store::RunMode mode);
  // Connections that are new, changed or gone take effect; a running sync is finished with what it began, and a
  // schedule goes on. One at a time. The error (config) says why the old configuration stays.
  asio::awaitable<Result<void>> reload(std::shared_ptr<const config::Config> config, config::Secrets secrets);
  // For the metrics: a configuration was refused before it came here.
  void refused_reload() { metrics_.reloaded(false, now()); }
  // For the metrics: of the certificate that the API shows.
  void certificate_expires(domain::Millis at) { metrics_.certificate_expires(at); }
  // What is read is broken off, what is written is finished; done() when nothing runs any more.
  void stop();
  // Breaks off the pushes too; they are repeated with the next start.
  void stop_pushing();
  bool done() const noexcept { return stopping_ && active_ == 0; }

  std::shared_ptr<const config::Config> config() const override { return config_; }
  std::vector<ConnectionActivity> activity() const override;
  bool ready() const override { return started_ && !stopping_; }
  bool healthy() const override { return threads_.store_alive(); }
  domain::Millis now() const override { return clock_.wall(); }
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
  asio::awaitable<store::LiftOutcome> lift(store::LiftOrder order, store::Actor actor) override;
  asio::awaitable<bool> retry_push(store::Id push) override;
  std::uint64_t writes() const override { return writes_; }
  asio::awaitable<void> written(std::uint64_t seen, std::chrono::milliseconds wait) override;
  void wake_jobs() override { job_timer_.cancel(); }
  asio::awaitable<std::string> metrics() override;
  void count_request(std::string_view route, unsigned status, double seconds) override;

 private:
  struct Link;

  void set_up(const config::Secrets& secrets);
  Setups make_setups(const config::Config& config, const config::Secrets& secrets);
  void take_over(const Setups& setups, const std::map<std::string, sync::LastRuns>& last);
  void start_loops(const std::shared_ptr<Link>& link);
  void loop_ended(Link& link);
  void spawn(asio::awaitable<void> loop);
  // nullptr: the configuration has no such connection.
  std::shared_ptr<Link> find(const std::string& connection) const;

  asio::awaitable<void> sync_loop(std::shared_ptr<Link> link);
  asio::awaitable<void> push_loop(std::shared_ptr<Link> link);
  asio::awaitable<void> housekeeping();
  asio::awaitable<void> index_loop();
  void wrote(sync::Steady took);
  void ring();
  bool any_run() const;
  asio::awaitable<void> job_loop();
  void remove_import_files(store::Store& store);
  asio::awaitable<void> push_batch(Link& link);
  asio::awaitable<std::vector<connectors::PushResult>> tell(Link& link, const Setup& setup,
                                                            const std::vector<store::PushRow>& rows);
  asio::awaitable<store::RunRow> run(Link& link, store::RunMode mode, store::RunTrigger trigger,
                                     std::optional<Error>& error);
  asio::awaitable<Result<void>> fetch(Link& link, const Setup& setup, RunContext& context);
  asio::awaitable<Result<connectors::Page>> fetch_page(Link& link, const Setup& setup,
                                                       const connectors::FetchRequest& request);
  void report(const store::RunRow& run);
  void say_what_is_late(Link& link, std::int64_t open, domain::Millis oldest);
  void wake_pushes();
  void mind_the_clock(store::Store& store);
  void bring_pushes_near(store::Store& store);
  void resume_pushes(store::Store& store, const std::set<std::string>& connections);
  std::set<std::string> stopped_pushing() const;
  asio::awaitable<void> resume_pushing(Link& link);
  double random();
  sync::Steady steady() const { return clock_.steady(); }

  asio::io_context& io_;
  std::shared_ptr<const config::Config> config_;
  Clock clock_;
  Metrics metrics_;
  std::atomic<std::uint64_t> writes_ = 0;  // jobs of the store thread
  std::atomic<bool> ringing_ = false;      // the network thread is about to be told
  Threads threads_;
  sync::ClockWatch clock_watch_;  // of the store thread
  connectors::http::RateLimiters limiters_;
  std::map<std::string, std::shared_ptr<Link>> links_;
  asio::steady_timer house_timer_;
  asio::steady_timer job_timer_;
  asio::steady_timer index_timer_;
  std::set<asio::steady_timer*> listeners_;  // who waits for the next write
  std::mt19937_64 random_{std::random_device{}()};
  bool started_ = false;
  bool stopping_ = false;
  int active_ = 0;
};

}  // namespace crmsync::engine
