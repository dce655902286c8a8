#include "daemon/engine/engine.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "daemon/engine/link.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

Engine::Engine(asio::io_context& io, std::shared_ptr<const config::Config> config, const config::Secrets& secrets,
               Clock clock)
    : io_(io),
      config_(std::move(config)),
      clock_(std::move(clock)),
      metrics_(now()),
      threads_(config_->store_path, clock_, [this](sync::Steady took) { wrote(took); }),
      clock_watch_({steady(), now()}),
      house_timer_(io),
      job_timer_(io),
      index_timer_(io) {
  set_up(secrets);
  bring_pushes_near(threads_.store());
  remove_import_files(threads_.store());
}

Engine::~Engine() { threads_.join(); }

double Engine::random() { return std::uniform_real_distribution<double>(0, 1)(random_); }

std::shared_ptr<Engine::Link> Engine::find(const std::string& connection) const {
  const auto found = links_.find(connection);
  return found == links_.end() || found->second->retired ? nullptr : found->second;
}

// What a loop throws is a bug or a store that fails: it ends the daemon, which the service manager starts again.
void Engine::spawn(asio::awaitable<void> loop) {
  ++active_;
  asio::co_spawn(io_, std::move(loop), [this](std::exception_ptr failed) {
    --active_;
    if (failed) std::rethrow_exception(failed);
  });
}

void Engine::start_loops(const std::shared_ptr<Link>& link) {
  if (!std::exchange(link->syncing, true)) spawn(sync_loop(link));
  if (!std::exchange(link->pushing, true)) spawn(push_loop(link));
}

// A retired connection goes when nothing of it runs any more.
void Engine::loop_ended(Link& link) {
  if (link.retired && !link.syncing && !link.pushing) links_.erase(link.setup->connection.id);
}

void Engine::start() {
  started_ = true;
  for (const auto& [id, link] : links_) start_loops(link);
  spawn(housekeeping());
  spawn(job_loop());
  spawn(index_loop());
}

void Engine::stop() {
  stopping_ = true;
  house_timer_.cancel();
  index_timer_.cancel();
  ring();
  job_timer_.cancel();
  for (const auto& [id, link] : links_) {
    link->wake_all();
    link->stop_reading.emit(asio::cancellation_type::terminal);
  }
}

void Engine::stop_pushing() {
  for (const auto& [id, link] : links_) link->stop_pushing.emit(asio::cancellation_type::terminal);
}

void Engine::trigger_all(store::RunMode mode) {
  for (const auto& [id, link] : links_) {
    link->trigger.request({mode == store::RunMode::full, sync::Cause::signal});
    link->sync_timer.cancel();
  }
}

std::set<std::string> Engine::stopped_pushing() const {
  std::set<std::string> stopped;
  for (const auto& [id, link] : links_)
    if (link->push_gate.stopped(steady())) stopped.insert(id);
  return stopped;
}

void Engine::wake_pushes() {
  for (const auto& [id, link] : links_) link->wake_pushing();
}

asio::awaitable<void> Engine::housekeeping() {
  boost::system::error_code ignored;
  while (!stopping_) {
    const auto strikes = config_->strikes;
    const auto expire = [&](store::Store& store) { store.expire(strikes, now(), 1000); };
    co_await threads_.write(expire);
    house_timer_.expires_after(std::chrono::seconds(60));
    if (!stopping_) co_await house_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

// On the store thread, after each job. A burst of them rings once.
void Engine::wrote(sync::Steady took) {
  metrics_.wrote(took);
  ++writes_;
  if (ringing_.exchange(true)) return;
  asio::post(io_, [this] {
    ringing_ = false;
    ring();
  });
}

void Engine::ring() {
  for (auto* listener : listeners_) listener->cancel();
}

asio::awaitable<void> Engine::written(std::uint64_t seen, std::chrono::milliseconds wait) {
  if (writes_ != seen || stopping_) co_return;
  asio::steady_timer timer(io_, wait);
  listeners_.insert(&timer);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  listeners_.erase(&timer);
}

std::vector<ConnectionActivity> Engine::activity() const {
  std::vector<ConnectionActivity> all;
  for (const auto& [id, link] : links_) {
    if (link->retired) continue;
    const auto& connection = link->setup->connection;
    ConnectionActivity one{id,           connection.account, connection.connector,    "idle",
                           std::nullopt, link->last_error,   link->trigger.failures()};
    if (link->trigger.backing_off()) one.state = "backing_off";
    if (link->trigger.stopped()) one.state = "stopped";
    if (link->trigger.running()) one.state = "running";
    if (const auto next = link->trigger.next_at()) one.next_due = now() + (*next - steady()).count();
    all.push_back(std::move(one));
  }
  return all;
}

std::optional<std::string> Engine::record_url(const std::string& connection, const std::string& external_id) const {
  const auto link = find(connection);
  return link ? link->setup->connector->record_url(external_id) : std::nullopt;
}

void Engine::count_request(std::string_view route, unsigned status, double seconds) {
  metrics_.answered(route, status, seconds);
}

}  // namespace crmsync::engine
