#include "connectors/on_work.h"

#include <stdexcept>
#include <thread>

#include "tests/connectors/contract/loop.h"

using namespace crmsync::connectors;
using contract::Loop;

namespace {

struct Threads {
  std::thread::id before, during, after;
};

asio::awaitable<Threads> observed(asio::any_io_executor pool) {
  Threads threads;
  threads.before = std::this_thread::get_id();
  const auto work = [&] { threads.during = std::this_thread::get_id(); };
  co_await on_work(pool, work);
  threads.after = std::this_thread::get_id();
  co_return threads;
}

asio::awaitable<std::string> failing(asio::any_io_executor pool) {
  std::string caught;
  const auto work = [] { throw std::runtime_error("the disk is gone"); };
  try {
    co_await on_work(pool, work);
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
  co_return caught;
}

asio::awaitable<bool> counted(asio::any_io_executor pool, int& count) {
  const auto work = [&] { ++count; };
  co_await on_work(pool, work);
  co_return true;
}

asio::any_io_executor pool_of(Loop& loop) {
  return loop.environment([] { return crmsync::domain::Millis{0}; }).work;
}

}  // namespace

TEST_CASE("work is done on the pool, and the coroutine goes on where it was") {
  Loop loop;
  const auto threads = loop.wait(observed(pool_of(loop)));
  CHECK((threads.before == std::this_thread::get_id()));
  CHECK((threads.after == threads.before));
  CHECK((threads.during != threads.before));
}

TEST_CASE("an exception of the work comes out of the await") {
  Loop loop;
  CHECK(loop.wait(failing(pool_of(loop))) == "the disk is gone");
}

TEST_CASE("work that has begun is finished before a cancellation takes effect") {
  Loop loop(Loop::Work::same_thread);
  for (std::size_t step = 1; step < 4; ++step) {
    CAPTURE(step);
    int count = 0;
    loop.cancel_after(step, counted(pool_of(loop), count));
    CHECK(count == 1);
  }
}
