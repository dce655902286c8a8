// The daemon's threads besides the network thread: one that owns the writing store, one for reading, one for blocking
// work of connectors. A coroutine goes there for one job and comes back.
#pragma once

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>

#include "core/store/sqlite_store.h"

namespace crmsync::engine {

namespace asio = boost::asio;

class Threads {
 public:
  Threads(asio::io_context& io, const std::string& store_path)
      : io_(io), store_(store::open_store(store_path)), reader_(store::open_reader(store_path)) {}
  ~Threads() { join(); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  // `job` is called with the store on its thread and must live until the await returns; its exception comes out here.
  template <class Job>
  asio::awaitable<void> write(const Job& job) {
    return run(writing_, job, *store_);
  }
  template <class Job>
  asio::awaitable<void> read(const Job& job) {
    return run(reading_, job, *reader_);
  }
  asio::any_io_executor work() { return working_.get_executor(); }
  asio::any_io_executor store_executor() { return writing_.get_executor(); }
  // Before the threads run, and after join(): the store for set-up on the caller's thread.
  store::Store& store() { return *store_; }
  void join() {
    working_.join();
    reading_.join();
    writing_.join();
  }

 private:
  template <class Job, class On>
  asio::awaitable<void> run(asio::thread_pool& pool, const Job& job, On& on) {
    std::exception_ptr failed;
    co_await asio::post(asio::bind_executor(pool.get_executor(), asio::use_awaitable));
    try {
      job(on);
    } catch (...) {
      failed = std::current_exception();
    }
    co_await asio::post(asio::bind_executor(io_.get_executor(), asio::use_awaitable));
    if (failed) std::rethrow_exception(failed);
  }

  asio::io_context& io_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Reader> reader_;
  asio::thread_pool writing_{1};
  asio::thread_pool reading_{1};
  asio::thread_pool working_{1};
};

}  // namespace crmsync::engine
