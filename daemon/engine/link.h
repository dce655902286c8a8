// One configured connection at work: its connector, its trigger and the timers its loops sleep on. Inside the engine.
#pragma once

#include <vector>

#include "daemon/engine/engine.h"

namespace crmsync::engine {

struct Engine::Link {
  Link(asio::io_context& io, config::Connection c, std::shared_ptr<connectors::Connector> made, sync::Trigger t)
      : connection(std::move(c)),
        connector(std::move(made)),
        trigger(std::move(t)),
        sync_timer(io),
        push_timer(io),
        finished_timer(io) {
    finished_timer.expires_at(asio::steady_timer::time_point::max());
  }

  void wake_all() {
    sync_timer.cancel();
    push_timer.cancel();
    finished_timer.cancel();
  }
  void retire() {
    retired = true;
    wake_all();
  }

  config::Connection connection;
  std::shared_ptr<connectors::Connector> connector;
  sync::Trigger trigger;
  asio::steady_timer sync_timer;      // the sync loop sleeps on it
  asio::steady_timer push_timer;      // the push loop
  asio::steady_timer finished_timer;  // who waits for a run; cancelled when one ends
  std::int64_t runs_started = 0;
  std::int64_t runs_finished = 0;
  std::optional<store::RunRow> last_run;
  std::string last_error;
  bool busy = false;  // a run or a plan uses the connector
  bool retired = false;
};

}  // namespace crmsync::engine
