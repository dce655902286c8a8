// Runs blocking or long work on a pool and comes back. Used by connectors, so that files and big pages never stop the
// network thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace crmsync::connectors {

namespace asio = boost::asio;

namespace detail {

template <class Work>
struct OnWork {
  asio::any_io_executor pool;
  Work* work;
  std::exception_ptr* error;

  template <class Handler>
  void operator()(Handler&& handler) const {
    // Keeps the home executor running while nothing of it is waiting there.
    auto home = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
    asio::post(pool, [job = work, failed = error, home, handler = std::forward<Handler>(handler)]() mutable {
      try {
        (*job)();
      } catch (...) {
        *failed = std::current_exception();
      }
      asio::post(home, std::move(handler));
    });
  }
};

}  // namespace detail

// Calls `work` on the pool; its exception comes out of the await. The coroutine itself never leaves its executor, so a
// cancellation meanwhile meets no other thread; it takes effect at the caller's next await.
template <class Work>
asio::awaitable<void> on_work(asio::any_io_executor pool, Work& work) {
  std::exception_ptr error;
  detail::OnWork<Work> start{pool, &work, &error};
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(start, asio::use_awaitable);
  if (error) std::rethrow_exception(error);
}

}  // namespace crmsync::connectors
