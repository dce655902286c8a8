// The daemon's threads besides the network thread: one that owns the writing store, two that read, one for blocking
// work of connectors. A coroutine goes there for one job and comes back.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>

#include "connectors/on_work.h"
#include "core/store/sqlite_store.h"
#include "daemon/engine/clock.h"
#include "daemon/engine/pulse.h"

namespace crmsync::engine {

namespace asio = boost::asio;

class Threads {
 public:
  // `wrote` is told, on the store thread, how long each job there took.
  using Wrote = std::function<void(sync::Steady)>;
  Threads(const std::string& store_path, Clock clock, Wrote wrote)
      : clock_(std::move(clock)),
        wrote_(std::move(wrote)),
        store_(store::open_store(store_path)),
        reader_(store::open_reader(store_path)),
        glancer_(store::open_reader(store_path)) {}
  ~Threads() { join(); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  // `job` is called with the store on its thread and must live until the await returns; its exception comes out here.
  template <class Job>
  asio::awaitable<void> write(const Job& job) {
    const auto timed = [&](store::Store& store) {
      const auto begun = clock_.steady();
      pulse_.began(begun);
      const Ended ended{*this, begun};
      job(store);
    };
    co_await run(writing_, timed, *store_);
  }
  template <class Job>
  asio::awaitable<void> read(const Job& job) {
    return run(reading_, job, *reader_);
  }
  // A reader of its own for short questions: it never waits behind a long one, such as a check of the whole audit log.
  template <class Job>
  asio::awaitable<void> glance(const Job& job) {
    return run(glancing_, job, *glancer_);
  }
  asio::any_io_executor work() { return working_.get_executor(); }
  // False: a job of the store hangs.
  bool store_alive() const { return pulse_.alive(clock_.steady()); }
  // Before the threads run, and after join(): the store for set-up on the caller's thread.
  store::Store& store() { return *store_; }
  void join() {
    working_.join();
    reading_.join();
    glancing_.join();
    writing_.join();
  }

 private:
  struct Ended {
    Threads& threads;
    sync::Steady begun;
    ~Ended() {
      threads.pulse_.ended();
      threads.wrote_(threads.clock_.steady() - begun);
    }
  };

  // Who waits may be cancelled; the job is not, and nobody goes on before it has ended.
  template <class Job, class On>
  asio::awaitable<void> run(asio::thread_pool& pool, const Job& job, On& on) {
    const auto work = [&] { job(on); };
    co_await connectors::on_work(pool.get_executor(), work);
  }

  Clock clock_;
  Wrote wrote_;
  Pulse pulse_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Reader> reader_;
  std::unique_ptr<store::Reader> glancer_;
  asio::thread_pool writing_{1};
  asio::thread_pool reading_{1};
  asio::thread_pool glancing_{1};
  asio::thread_pool working_{1};
};

}  // namespace crmsync::engine
