// Feeds the service manager's watchdog. From the network thread, so that a hang of it is one; and only while the store
// does not hang. Used by the daemon.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

namespace crmsync::engine {

namespace asio = boost::asio;

class Watchdog {
 public:
  // `healthy` is asked each time; `feed` is called when it is.
  Watchdog(asio::any_io_executor executor, std::function<bool()> healthy, std::function<void()> feed);

  // Feeds at once and then each `pause`, until stop().
  asio::awaitable<void> run(std::chrono::microseconds pause);
  void stop();

 private:
  asio::steady_timer timer_;
  std::function<bool()> healthy_;
  std::function<void()> feed_;
  bool stopped_ = false;
};

}  // namespace crmsync::engine
