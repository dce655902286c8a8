// Runs a connector's coroutines on a real io_context, and cuts them off after any step. Used by the contract suite.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <exception>
#include <limits>
#include <optional>
#include <utility>

#include "connectors/connector.h"

namespace crmsync::connectors::contract {

// How an operation ended: with a value, or by asio's own operation_aborted, which a cancelled await may throw.
template <class T>
struct Outcome {
  std::optional<T> value;
  bool cut = false;  // it had not ended when it was cancelled
};

class Loop {
 public:
  // same_thread: long work is done on the network thread too, so that each hand-over is a step of its own.
  enum class Work { own_thread, same_thread };

  explicit Loop(Work work = Work::own_thread) : work_(work) {}
  ~Loop() { pool_.join(); }

  Environment environment(std::function<domain::Millis()> now) {
    Environment environment;
    environment.executor = context_.get_executor();
    if (work_ == Work::own_thread)
      environment.work = pool_.get_executor();
    else
      environment.work = context_.get_executor();
    environment.now = std::move(now);
    return environment;
  }

  template <class T>
  T wait(asio::awaitable<T> operation) {
    auto outcome = cancel_after(std::numeric_limits<std::size_t>::max(), std::move(operation));
    REQUIRE(outcome.value.has_value());
    return std::move(*outcome.value);
  }

  // Runs that many handlers of the network thread, cancels, and waits for the end.
  template <class T>
  Outcome<T> cancel_after(std::size_t steps, asio::awaitable<T> operation) {
    Outcome<T> outcome;
    bool done = false;
    std::exception_ptr error;
    asio::cancellation_signal stop;
    const auto finish = [&](std::exception_ptr failure, T value) {
      done = true;
      error = failure;
      if (!failure) outcome.value.emplace(std::move(value));
    };
    asio::co_spawn(context_, std::move(operation), asio::bind_cancellation_slot(stop.slot(), finish));
    // Only now: the pool may still be letting go of the last operation, and a context without work stops.
    context_.restart();
    for (std::size_t step = 0; step < steps && !done; ++step)
      if (context_.run_one_for(kPatience) == 0) break;
    outcome.cut = !done && steps != std::numeric_limits<std::size_t>::max();
    if (outcome.cut) stop.emit(asio::cancellation_type::terminal);
    while (!done)
      if (context_.run_one_for(kPatience) == 0) break;
    REQUIRE_MESSAGE(done, "the operation never ends");
    context_.poll();
    if (error) rethrow_unless_cut(error, outcome.cut);
    return outcome;
  }

 private:
  // Far more than anything here takes: only what never ends reaches it.
  static constexpr std::chrono::seconds kPatience{30};

  static void rethrow_unless_cut(const std::exception_ptr& error, bool cut) {
    try {
      std::rethrow_exception(error);
    } catch (const boost::system::system_error& failure) {
      if (!cut || failure.code() != asio::error::operation_aborted) throw;
    }
  }

  Work work_;
  asio::io_context context_{1};
  asio::thread_pool pool_{1};
};

}  // namespace crmsync::connectors::contract
