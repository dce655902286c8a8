#include <algorithm>

#include "daemon/engine/link.h"
#include "daemon/engine/log.h"
#include "daemon/engine/make_connector.h"

namespace crmsync::engine {

namespace {

std::vector<store::AccountSpec> specs_of(const config::Config& config, const Setups& setups) {
  std::vector<store::AccountSpec> specs;
  for (const auto& account : config.accounts) {
    store::AccountSpec spec{account.id, account.name, account.brand, account.resubscribe_allowed, {}};
    for (const auto& connection : account.connections) {
      const auto can = setups.at(connection.id)->connector->capabilities();
      spec.connections.push_back({connection.id, connection.rules.push, can.push_opt_out,
                                  can.opt_out_owner == connectors::OptOutOwner::address,
                                  connection.push_deadline.count()});
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

sync::TriggerSettings settings_of(const config::Connection& connection) {
  sync::TriggerSettings settings;
  settings.every = connection.schedule.every, settings.full_every = connection.schedule.full_every;
  return settings;
}

// Brings the store in line; returns when each connection ran last.
std::map<std::string, sync::LastRuns> configure(store::Store& store, const config::Config& config,
                                                const Setups& setups) {
  store.configure(specs_of(config, setups));
  std::map<std::string, sync::LastRuns> last;
  for (const auto& state : store.connections()) last[state.id] = {state.last_poll_at, state.last_full_at};
  return last;
}

}  // namespace

// A connection that did not change keeps its connector. One with secrets is always made anew: they may have been
// replaced behind the same name.
Setups Engine::make_setups(const config::Config& config, const config::Secrets& secrets) {
  static const config::ConnectionSecrets none;
  const connectors::Environment environment{io_.get_executor(), threads_.work(), [this] { return now(); }, &limiters_};
  Setups setups;
  for (const auto& account : config.accounts)
    for (const auto& connection : account.connections) {
      const auto link = find(connection.id);
      if (link && connection.secrets.empty() && link->setup->connection == connection) {
        setups[connection.id] = link->setup;
        continue;
      }
      const auto own = secrets.find(connection.id);
      auto connector = make_connector(*connectors::find_kind(connection.connector), connection,
                                      own == secrets.end() ? none : own->second, environment);
      setups[connection.id] = std::make_shared<const Setup>(Setup{connection, std::move(connector)});
    }
  return setups;
}

void Engine::set_up(const config::Secrets& secrets) {
  const auto setups = make_setups(*config_, secrets);
  take_over(setups, configure(threads_.store(), *config_, setups));
}

asio::awaitable<Result<void>> Engine::reload(std::shared_ptr<const config::Config> config, config::Secrets secrets) {
  const auto setups = make_setups(*config, secrets);
  secrets.clear();
  std::map<std::string, sync::LastRuns> last;
  std::optional<Error> refused;
  const auto stopped = stopped_pushing();
  const auto configure_job = [&](store::Store& store) {
    try {
      last = configure(store, *config, setups);
      resume_pushes(store, stopped);
    } catch (const store::StoreError& error) {
      refused = Error(ErrorKind::config, error.what());
    }
  };
  co_await threads_.write(configure_job);
  metrics_.reloaded(!refused, now());
  if (refused) co_return *refused;
  config_ = std::move(config);
  take_over(setups, last);
  co_return Result<void>();
}

// What runs ends with what it began; schedules go on from where they are.
void Engine::take_over(const Setups& setups, const std::map<std::string, sync::LastRuns>& last) {
  for (const auto& [id, setup] : setups) {
    auto& link = links_[id];
    const auto settings = settings_of(setup->connection);
    if (link) {
      link->setup = setup;
      link->retired = false;
      link->trigger.reloaded(settings, steady(), random());
      link->push_gate.person_looked();
    } else {
      const auto known = last.find(id);
      const sync::Now both{steady(), now()};
      link = std::make_shared<Link>(
          io_, setup, sync::Trigger(settings, both, known == last.end() ? sync::LastRuns{} : known->second, random()));
    }
    link->sync_timer.cancel();
    link->wake_pushing();
    if (started_ && !stopping_) start_loops(link);
  }
  for (const auto& [id, link] : links_) {
    if (setups.contains(id)) continue;
    link->retired = true;
    link->wake_all();
  }
  std::vector<std::string> ids;
  for (const auto& [id, setup] : setups) ids.push_back(id);
  metrics_.keep_connections(ids);
}

}  // namespace crmsync::engine
