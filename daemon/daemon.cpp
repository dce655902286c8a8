#include "daemon/daemon.h"

#include <systemd/sd-daemon.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "daemon/api/http_server.h"
#include "daemon/api/service.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/log.h"
#include "daemon/engine/watchdog.h"

namespace crmsync {

namespace {

namespace asio = boost::asio;
using engine::Level;
using engine::log_event;

constexpr std::chrono::milliseconds kForRequests{2000};  // that are being answered
constexpr std::chrono::seconds kForPushes{5};            // that the CRM is being told; then they are broken off
constexpr std::chrono::seconds kShutdown{8};

class Daemon {
 public:
  Daemon(std::string config_path, const Loaded& loaded)
      : config_path_(std::move(config_path)),
        engine_(io_, loaded.config, loaded.secrets),
        service_(engine_),
        server_(
            io_.get_executor(), {loaded.config->api.socket, loaded.config->api.listen, loaded.tls}, {},
            [this](const api::HttpRequest& r) { return service_.admit(r); },
            [this](const api::HttpRequest& r) { return service_.handle(r); }),
        signals_(io_, SIGUSR1, SIGUSR2),
        watchdog_(
            io_.get_executor(), [this] { return engine_.healthy(); }, [] { sd_notify(0, "WATCHDOG=1"); }),
        pause_(io_) {
    for (const int signal : {SIGHUP, SIGTERM, SIGINT}) signals_.add(signal);
    std::signal(SIGPIPE, SIG_IGN);
    warn(loaded);
    if (loaded.tls) engine_.certificate_expires(loaded.certificate_expires);
  }

  int run() {
    if (auto started = server_.start(); !started) {
      log_event(Level::error, "cannot listen", {{"error", started.error().message}});
      return 1;
    }
    engine_.start();
    wait_for_signal();
    feed_watchdog();
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
    asio::co_spawn(io_, shut_down(), rethrow);
  }

  // One at a time; who asks meanwhile gets one more after it, as the file may have changed again.
  void reload() {
    if (std::exchange(reload_asked_, true) || reloading_) return;
    asio::co_spawn(io_, reload_now(), rethrow);
  }

  asio::awaitable<void> reload_now() {
    while (std::exchange(reload_asked_, false) && !stopping_) {
      reloading_ = true;
      timespec now{};
      clock_gettime(CLOCK_MONOTONIC, &now);
      // The time is what Type=notify-reload needs to tell this reload from an earlier one; others ignore it.
      const std::int64_t micros = static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
      const std::string begun = "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros);
      sd_notify(0, begun.c_str());
      co_await take_configuration();
      sd_notify(0, "READY=1\nSTATUS=Running");
      reloading_ = false;
    }
  }

  // A bad configuration is reported and the old one stays.
  asio::awaitable<void> take_configuration() {
    auto loaded = load(config_path_);
    if (!loaded.config) {
      for (const auto& problem : loaded.problems) refuse(problem.to_string());
      engine_.refused_reload();
      co_return;
    }
    const auto old = engine_.config();
    const auto config = loaded.config;
    auto done = co_await engine_.reload(config, std::move(loaded.secrets));
    if (!done) {
      refuse(done.error().message);
      co_return;
    }
    engine::set_up_log(config->log);
    if (server_.renew(loaded.tls)) engine_.certificate_expires(loaded.certificate_expires);
    warn(loaded);
    log_event(Level::info, "configuration reloaded");
    if (old->store_path != config->store_path || old->api.socket != config->api.socket ||
        old->api.listen != config->api.listen || old->api.tls.has_value() != config->api.tls.has_value())
      log_event(Level::warn,
                "store.path, api.socket, api.listen and whether there is api.tls take effect with a restart");
  }

  static void warn(const Loaded& loaded) {
    for (const auto& warning : loaded.warnings)
      log_event(Level::warn, "doubtful configuration", {{"problem", warning.to_string()}});
  }

  static void refuse(const std::string& problem) {
    log_event(Level::error, "configuration refused, the old one stays", {{"problem", problem}});
  }

  void feed_watchdog() {
    std::uint64_t micros = 0;
    if (sd_watchdog_enabled(0, &micros) <= 0) return;
    asio::co_spawn(io_, watchdog_.run(std::chrono::microseconds(micros / 2)), rethrow);
  }

  asio::awaitable<void> shut_down() {
    const auto begun = std::chrono::steady_clock::now();
    engine_.stop();
    watchdog_.stop();
    co_await server_.stop(kForRequests);
    co_await wait_for_engine(begun + kForPushes);
    engine_.stop_pushing();
    co_await wait_for_engine(begun + kShutdown);
    signals_.cancel();
  }

  asio::awaitable<void> wait_for_engine(std::chrono::steady_clock::time_point deadline) {
    boost::system::error_code error;
    while (!engine_.done() && std::chrono::steady_clock::now() < deadline) {
      pause_.expires_after(std::chrono::milliseconds(5));
      co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }

  static void rethrow(std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
  }

  std::string config_path_;
  asio::io_context io_{1};
  engine::Engine engine_;
  api::Service service_;
  api::HttpServer server_;
  asio::signal_set signals_;
  engine::Watchdog watchdog_;
  asio::steady_timer pause_;
  bool stopping_ = false;
  bool reload_asked_ = false;
  bool reloading_ = false;
};

}  // namespace

int serve(const std::string& config_path, Loaded loaded) {
  try {
    Daemon daemon(config_path, loaded);
    loaded.secrets.clear();  // the connectors have what they keep
    return daemon.run();
  } catch (const store::StoreError& error) {
    log_event(Level::error, error.what());
  } catch (const std::exception& error) {
    log_event(Level::error, "ended by an error: the store fails, or a bug", {{"error", error.what()}});
  }
  return 1;
}

int sync_once(Loaded loaded) {
  try {
    asio::io_context io{1};
    engine::Engine engine(io, std::move(loaded.config), loaded.secrets);
    loaded.secrets.clear();
    int code = 1;
    const auto once = [&]() -> asio::awaitable<void> { code = co_await engine.once(); };
    asio::co_spawn(io, once, [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
    io.run();
    return code;
  } catch (const store::StoreError& error) {
    log_event(Level::error, error.what());
  } catch (const std::exception& error) {
    log_event(Level::error, "ended by an error: the store fails, or a bug", {{"error", error.what()}});
  }
  return 1;
}

}  // namespace crmsync
