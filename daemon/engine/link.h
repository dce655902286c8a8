// One configured connection at work: its trigger, the timers its loops sleep on, and what a reload may replace. Inside
// the engine.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <vector>

#include "daemon/engine/engine.h"
#include "daemon/engine/push_alarm.h"
#include "daemon/engine/push_gate.h"

namespace crmsync::engine {

// A reload replaces it as a whole; a run or a push keeps the one it began with.
struct Setup {
  config::Connection connection;
  std::shared_ptr<connectors::Connector> connector;
};

// Lives as long as the configuration has a connection with this id, across reloads: so there are never two runs of one
// connection, and its schedule goes on.
struct Engine::Link {
  Link(asio::io_context& io, std::shared_ptr<const Setup> s, sync::Trigger t)
      : setup(std::move(s)), trigger(std::move(t)), sync_timer(io), push_timer(io), finished_timer(io) {
    finished_timer.expires_at(asio::steady_timer::time_point::max());
  }

  // The push loop looks again, even if it is not asleep at the moment.
  void wake_pushing() {
    push_asked = true;
    push_timer.cancel();
  }
  void wake_all() {
    sync_timer.cancel();
    wake_pushing();
    finished_timer.cancel();
  }

  std::shared_ptr<const Setup> setup;
  sync::Trigger trigger;
  asio::steady_timer sync_timer;      // the sync loop sleeps on it
  asio::steady_timer push_timer;      // the push loop
  asio::steady_timer finished_timer;  // who waits for a run; cancelled when one ends
  asio::cancellation_signal stop_reading;
  asio::cancellation_signal stop_pushing;
  PushAlarm late_pushes;
  PushGate push_gate;  // changed by the push loop while nothing is told, and by who has looked
  std::int64_t runs_started = 0;
  std::int64_t runs_finished = 0;
  std::optional<store::RunRow> last_run;
  std::string last_error;
  bool push_asked = false;
  bool busy = false;     // a run or a plan uses the connector
  bool retired = false;  // gone from the configuration: ends when what runs has ended
  bool syncing = false;  // its loops are alive
  bool pushing = false;
};

}  // namespace crmsync::engine
