// The service manager's watchdog, fed by hand: what a person sees of a daemon that hangs is that it is not fed.
#include "daemon/engine/watchdog.h"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <semaphore>

#include "daemon/engine/log.h"
#include "daemon/engine/threads.h"

using namespace crmsync;
using namespace crmsync::engine;
using namespace std::chrono_literals;

namespace {

constexpr auto kPause = 100us;

struct Fed {
  explicit Fed(std::function<bool()> healthy) : dog(io.get_executor(), std::move(healthy), [this] { ++times; }) {
    config::Log quiet;
    quiet.level = "off";
    set_up_log(quiet);
    asio::co_spawn(io, dog.run(kPause), asio::detached);
  }

  template <class Condition>
  void until(const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      io.run_one_for(5ms);
    }
  }

  asio::io_context io{1};
  int times = 0;
  Watchdog dog;
};

}  // namespace

TEST_CASE("the watchdog") {
  bool healthy = true;
  int asked = 0;
  Fed fed([&] { return ++asked, healthy; });
  SUBCASE("is fed again and again") {
    fed.until([&] { return fed.times == 5; });
    CHECK(asked == 5);
  }
  SUBCASE("is not fed while something hangs, and again when it goes on") {
    fed.until([&] { return fed.times == 2; });
    healthy = false;
    fed.until([&] { return asked == 12; });
    CHECK(fed.times == 2);
    healthy = true;
    fed.until([&] { return asked == 14; });
    CHECK(fed.times == 4);
  }
  SUBCASE("is left alone once it is stopped") {
    fed.until([&] { return fed.times == 2; });
    fed.dog.stop();
    fed.until([&] { return fed.io.stopped(); });
    CHECK(fed.times == 2);
  }
}

namespace {

// The daemon's threads, with a job on the store's that does not end before it is told to.
class Hang {
 public:
  Hang() {
    REQUIRE(::mkdtemp(folder_.data()) != nullptr);
    Clock clock;
    clock.steady = [this] { return sync::Steady(time_.load()); };
    threads_.emplace(folder_ + "/store.db", clock, [](sync::Steady) {});
    fed_.emplace([this] { return ++asked_, threads_->store_alive(); });
    asio::co_spawn(fed_->io, threads_->write(job_), [this](std::exception_ptr failed) { ended_ = !failed; });
    fed_->until([this] { return began_.load(); });
  }
  ~Hang() {
    if (!ended_) end();
    fed_.reset();
    threads_.reset();
    std::filesystem::remove_all(folder_);
  }

  void pass(std::chrono::milliseconds time) { time_ += time.count(); }
  // Of that many times that it might have been fed.
  int fed(int times) {
    const int before = fed_->times, asked = asked_;
    fed_->until([&] { return asked_ == asked + times; });
    return fed_->times - before;
  }
  bool ended() const { return ended_; }
  void end() {
    go_on_.release();
    fed_->until([this] { return ended_; });
  }

 private:
  std::string folder_ = (std::filesystem::temp_directory_path() / "crmsync-watchdog-XXXXXX").string();
  std::atomic<std::int64_t> time_{1000};
  std::binary_semaphore go_on_{0};
  std::atomic<bool> began_ = false;
  bool ended_ = false;
  int asked_ = 0;
  std::function<void(store::Store&)> job_ = [this](store::Store&) {
    began_ = true;
    go_on_.acquire();
  };
  std::optional<Threads> threads_;
  std::optional<Fed> fed_;
};

}  // namespace

TEST_CASE("the store's thread and the watchdog") {
  Hang hang;
  SUBCASE("a long job does not starve it") {
    hang.pass(Pulse::kHang - 1ms);
    CHECK(hang.fed(10) == 10);
  }
  SUBCASE("a job that never ends does") {
    hang.pass(Pulse::kHang);
    CHECK(hang.fed(10) == 0);
    CHECK_FALSE(hang.ended());
  }
  SUBCASE("should it end after all, the watchdog is fed again") {
    hang.pass(Pulse::kHang);
    CHECK(hang.fed(1) == 0);
    hang.end();
    CHECK(hang.fed(10) == 10);
  }
}
