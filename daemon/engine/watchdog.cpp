#include "daemon/engine/watchdog.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/engine/log.h"

namespace crmsync::engine {

Watchdog::Watchdog(asio::any_io_executor executor, std::function<bool()> healthy, std::function<void()> feed)
    : timer_(std::move(executor)), healthy_(std::move(healthy)), feed_(std::move(feed)) {}

asio::awaitable<void> Watchdog::run(std::chrono::microseconds pause) {
  boost::system::error_code ignored;
  bool was_healthy = true;
  while (!stopped_) {
    const bool healthy = healthy_();
    if (healthy) feed_();
    if (was_healthy && !healthy) log_event(Level::error, "the store hangs");
    was_healthy = healthy;
    timer_.expires_after(pause);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

void Watchdog::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace crmsync::engine
