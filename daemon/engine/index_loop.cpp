// Fills the index of names and searches behind everything else: a few milliseconds of the store thread at a time, and
// while a sync or a job is at work a fraction of it that nobody notices. Searches are right meanwhile, only slower.
#include <algorithm>
#include <boost/asio/redirect_error.hpp>

#include "daemon/engine/link.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

namespace {

constexpr std::size_t kBatch = 500;
constexpr std::chrono::milliseconds kLook = std::chrono::seconds(1);
// Pauses as a multiple of the work before: half of the store thread, or a fiftieth.
constexpr int kAlone = 1;
constexpr int kBesideOthers = 50;
constexpr std::uint64_t kAtWork = 4;  // jobs of others since the last time
constexpr std::size_t kWorthSaying = 10'000;

}  // namespace

bool Engine::any_run() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& one) { return one.second->busy; });
}

asio::awaitable<void> Engine::index_loop() {
  boost::system::error_code ignored;
  std::uint64_t seen = writes_ - 1;  // a crash may have left something
  std::uint64_t last = writes_;
  std::size_t indexed = 0;
  std::size_t since_idle = 0;
  std::chrono::milliseconds took{};
  const auto index = [&](store::Store& store) {
    const auto begun = steady();
    indexed = store.index_contacts(kBatch);
    took = steady() - begun;
  };
  while (!stopping_) {
    std::chrono::milliseconds pause = kLook;
    if (seen != writes_) {
      const std::uint64_t before = writes_;
      const bool beside = any_run() || before > last + kAtWork;
      co_await threads_.write(index);
      since_idle += indexed;
      if (indexed > 0) pause = std::max(took, std::chrono::milliseconds(1)) * (beside ? kBesideOthers : kAlone);
      last = before + 1;
      if (indexed == 0) {
        if (since_idle >= kWorthSaying)
          log_event(Level::info, "the search index is up to date", {{"contacts", std::to_string(since_idle)}});
        since_idle = 0;
        seen = last;  // what came in between is looked at
      }
    }
    index_timer_.expires_after(pause);
    if (!stopping_) co_await index_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace crmsync::engine
