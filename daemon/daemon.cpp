#include "daemon/daemon.h"

#include <systemd/sd-daemon.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>

#include "daemon/api/http_server.h"
#include "daemon/api/service.h"
#include "daemon/connector_schemas.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/log.h"

namespace crmsync {

namespace {

namespace asio = boost::asio;
using engine::Level;
using engine::log_event;

constexpr std::chrono::seconds kShutdown{8};

class Daemon {
 public:
  Daemon(std::string config_path, std::shared_ptr<const config::Config> config)
      : config_path_(std::move(config_path)),
        engine_(io_, config),
        service_(engine_),
        server_(
            io_.get_executor(), {config->api.socket, config->api.listen}, {},
            [this](const api::HttpRequest& r) { return service_.admit(r); },
            [this](const api::HttpRequest& r) { return service_.handle(r); }),
        signals_(io_, SIGUSR1, SIGUSR2),
        watchdog_(io_),
        pause_(io_) {
    for (const int signal : {SIGHUP, SIGTERM, SIGINT}) signals_.add(signal);
    std::signal(SIGPIPE, SIG_IGN);
  }

  int run() {
    if (auto started = server_.start(); !started) {
      log_event(Level::error, "cannot listen", {{"error", started.error().message}});
      return 1;
    }
    engine_.start();
    wait_for_signal();
    asio::co_spawn(io_, ping_watchdog(), asio::detached);
    sd_notify(0, "READY=1\nSTATUS=Running");
    log_event(Level::info, "ready",
              {{"connections", std::to_string(engine_.activity().size())}, {"socket", engine_.config()->api.socket}});
    io_.run();
    log_event(Level::info, "stopped");
    return 0;
  }

 private:
  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      wait_for_signal();
      on_signal(signal);
    });
  }

  void on_signal(int signal) {
    switch (signal) {
      case SIGUSR1: return engine_.trigger_all(store::RunMode::incremental);
      case SIGUSR2: return engine_.trigger_all(store::RunMode::full);
      case SIGHUP: return reload();
      default: break;
    }
    if (stopping_) std::_Exit(1);  // asked twice: at once
    stopping_ = true;
    sd_notify(0, "STOPPING=1\nSTATUS=Finishing the batch in hand");
    log_event(Level::info, "stopping");
    asio::co_spawn(io_, shut_down(), asio::detached);
  }

  // A bad configuration is reported and the old one stays.
  void reload() {
    sd_notify(0, "RELOADING=1");
    const auto schemas = connector_schemas();
    auto loaded = config::load_config(config_path_, schemas);
    if (const auto* problems = std::get_if<std::vector<config::Problem>>(&loaded)) {
      for (const auto& problem : *problems)
        log_event(Level::error, "configuration refused, the old one stays", {{"problem", problem.to_string()}});
    } else {
      auto config = std::make_shared<const config::Config>(std::get<config::Config>(std::move(loaded)));
      engine::set_up_log(config->log);
      engine_.reload(config);
      log_event(Level::info, "configuration reloaded");
    }
    sd_notify(0, "READY=1");
  }

  // The watchdog is fed only while the store thread answers.
  asio::awaitable<void> ping_watchdog() {
    std::uint64_t micros = 0;
    if (sd_watchdog_enabled(0, &micros) <= 0) co_return;
    boost::system::error_code error;
    while (!stopping_) {
      const engine::Control::WriteJob ping = [](store::Store&) {};
      co_await engine_.write(ping);
      sd_notify(0, "WATCHDOG=1");
      watchdog_.expires_after(std::chrono::microseconds(micros / 2));
      co_await watchdog_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }

  asio::awaitable<void> shut_down() {
    engine_.stop();
    watchdog_.cancel();
    co_await server_.stop(std::chrono::milliseconds(2000));
    boost::system::error_code error;
    const auto deadline = std::chrono::steady_clock::now() + kShutdown;
    while (!engine_.done() && std::chrono::steady_clock::now() < deadline) {
      pause_.expires_after(std::chrono::milliseconds(5));
      co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    signals_.cancel();
  }

  std::string config_path_;
  asio::io_context io_{1};
  engine::Engine engine_;
  api::Service service_;
  api::HttpServer server_;
  asio::signal_set signals_;
  asio::steady_timer watchdog_;
  asio::steady_timer pause_;
  bool stopping_ = false;
};

}  // namespace

int serve(const std::string& config_path, std::shared_ptr<const config::Config> config) {
  try {
    return Daemon(config_path, std::move(config)).run();
  } catch (const store::StoreError& error) {
    log_event(Level::error, error.what());
    return 1;
  }
}

int sync_once(std::shared_ptr<const config::Config> config) {
  try {
    asio::io_context io{1};
    engine::Engine engine(io, std::move(config));
    int code = 1;
    const auto once = [&]() -> asio::awaitable<void> { code = co_await engine.once(); };
    asio::co_spawn(io, once, asio::detached);
    io.run();
    return code;
  } catch (const store::StoreError& error) {
    log_event(Level::error, error.what());
    return 1;
  }
}

}  // namespace crmsync
