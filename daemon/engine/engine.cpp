#include "daemon/engine/engine.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include "daemon/engine/link.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

namespace {

std::vector<store::AccountSpec> specs_of(const config::Config& config,
                                         const std::map<std::string, std::shared_ptr<connectors::Connector>>& made) {
  std::vector<store::AccountSpec> specs;
  for (const auto& account : config.accounts) {
    store::AccountSpec spec{account.id, account.name, account.brand, account.resubscribe_allowed, {}};
    for (const auto& connection : account.connections) {
      const auto can = made.at(connection.id)->capabilities();
      spec.connections.push_back({connection.id, connection.rules.push, can.push_opt_out,
                                  can.opt_out_owner == connectors::OptOutOwner::address,
                                  connection.push_deadline.count()});
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::map<std::string, std::shared_ptr<connectors::Connector>> make_connectors(
    const config::Config& config, const connectors::Environment& environment) {
  std::map<std::string, std::shared_ptr<connectors::Connector>> made;
  for (const auto& account : config.accounts)
    for (const auto& connection : account.connections)
      made[connection.id] = connectors::find_kind(connection.connector)
                                ->make({connection.id, connection.account, connection.options}, environment);
  return made;
}

}  // namespace

Engine::Engine(asio::io_context& io, std::shared_ptr<const config::Config> config)
    : io_(io), config_(std::move(config)), threads_(io, config_->store_path), house_timer_(io) {
  const connectors::Environment environment{io_.get_executor(), threads_.work(), [this] { return now(); }};
  auto made = make_connectors(*config_, environment);
  threads_.store().configure(specs_of(*config_, made));
  for (const auto& account : config_->accounts)
    for (const auto& connection : account.connections) {
      const auto state = threads_.store().connection(connection.id);
      sync::TriggerSettings settings;
      settings.every = connection.schedule.every, settings.full_every = connection.schedule.full_every;
      const sync::Now both{steady(), now()};
      const sync::LastRuns last{state->last_poll_at, state->last_full_at};
      links_[connection.id] =
          std::make_shared<Link>(io_, connection, made[connection.id], sync::Trigger(settings, both, last, random()));
    }
}

Engine::~Engine() { threads_.join(); }

domain::Millis Engine::now() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

sync::Steady Engine::steady() const {
  return std::chrono::duration_cast<sync::Steady>(std::chrono::steady_clock::now().time_since_epoch());
}

double Engine::random() { return std::uniform_real_distribution<double>(0, 1)(random_); }

Engine::Link* Engine::find(const std::string& connection) const {
  const auto found = links_.find(connection);
  return found == links_.end() ? nullptr : found->second.get();
}

void Engine::start() {
  started_ = true;
  for (const auto& [id, link] : links_) {
    active_ += 2;
    asio::co_spawn(io_, sync_loop(link), asio::detached);
    asio::co_spawn(io_, push_loop(link), asio::detached);
  }
  ++active_;
  asio::co_spawn(io_, housekeeping(), asio::detached);
}

void Engine::stop() {
  stopping_ = true;
  house_timer_.cancel();
  for (const auto& [id, link] : links_) link->wake_all();
}

void Engine::trigger_all(store::RunMode mode) {
  for (const auto& [id, link] : links_) {
    link->trigger.request({mode == store::RunMode::full, sync::Cause::signal});
    link->sync_timer.cancel();
  }
}

void Engine::wake_pushes() {
  for (const auto& [id, link] : links_) link->push_timer.cancel();
}

// A reload replaces the links: what runs ends with what it began, the new loops start from the store.
void Engine::reload(std::shared_ptr<const config::Config> config) {
  const connectors::Environment environment{io_.get_executor(), threads_.work(), [this] { return now(); }};
  auto made = make_connectors(*config, environment);
  auto specs = specs_of(*config, made);
  config_ = config;
  for (const auto& [id, link] : links_) link->retire();
  links_.clear();
  for (const auto& account : config_->accounts)
    for (const auto& connection : account.connections) {
      sync::TriggerSettings settings;
      settings.every = connection.schedule.every, settings.full_every = connection.schedule.full_every;
      const sync::Now both{steady(), now()};
      links_[connection.id] =
          std::make_shared<Link>(io_, connection, made[connection.id], sync::Trigger(settings, both, {}, random()));
    }
  asio::post(threads_.store_executor(), [this, specs = std::move(specs)] {
    threads_.store().configure(specs);
    asio::post(io_, [this] {
      for (const auto& [id, link] : links_) {
        active_ += 2;
        asio::co_spawn(io_, sync_loop(link), asio::detached);
        asio::co_spawn(io_, push_loop(link), asio::detached);
      }
    });
  });
}

asio::awaitable<void> Engine::housekeeping() {
  boost::system::error_code ignored;
  while (!stopping_) {
    const auto expire = [&](store::Store& store) { store.expire(config_->strikes, now(), 1000); };
    co_await threads_.write(expire);
    house_timer_.expires_after(std::chrono::seconds(60));
    if (!stopping_) co_await house_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  --active_;
}

std::vector<ConnectionActivity> Engine::activity() const {
  std::vector<ConnectionActivity> all;
  for (const auto& [id, link] : links_) {
    ConnectionActivity one{id,           link->connection.account, link->connection.connector, "idle",
                           std::nullopt, link->last_error,         link->trigger.failures()};
    if (link->trigger.backing_off()) one.state = "backing_off";
    if (link->trigger.stopped()) one.state = "stopped";
    if (link->trigger.running()) one.state = "running";
    if (const auto next = link->trigger.next_at()) one.next_due = now() + (*next - steady()).count();
    all.push_back(std::move(one));
  }
  return all;
}

std::optional<std::string> Engine::record_url(const std::string& connection, const std::string& external_id) const {
  const Link* link = find(connection);
  return link ? link->connector->record_url(external_id) : std::nullopt;
}

void Engine::count_request(std::string_view route, unsigned status, double) {
  ++request_counts_[std::string(route) + "|" + std::to_string(status)];
}

}  // namespace crmsync::engine
