// Runs coroutines to their end on one thread, client and server alike, and cuts them off after any step.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include "connectors/http/client.h"

namespace crmsync::connectors::http {

// Something that runs beside the test, and how it ended.
template <class T>
struct Running {
  std::optional<T> value;
  std::exception_ptr error;
  asio::cancellation_signal stop;
  bool done = false;
};

class Loop {
 public:
  asio::any_io_executor executor() { return context_.get_executor(); }
  asio::io_context& context() { return context_; }

  template <class T>
  std::shared_ptr<Running<T>> start(asio::awaitable<T> operation) {
    auto running = std::make_shared<Running<T>>();
    const auto finish = [running](std::exception_ptr error, T value) {
      running->done = true;
      running->error = error;
      if (!error) running->value.emplace(std::move(value));
    };
    asio::co_spawn(context_, std::move(operation), asio::bind_cancellation_slot(running->stop.slot(), finish));
    return running;
  }

  // Runs until the condition holds.
  void until(const std::function<bool()>& condition) {
    while (!condition()) {
      context_.restart();
      REQUIRE_MESSAGE(context_.run_one_for(kPatience) == 1, "this never happens");
    }
  }

  // Runs at most that many handlers.
  void steps(std::size_t count, const std::function<bool()>& enough) {
    context_.restart();
    for (std::size_t step = 0; step < count && !enough(); ++step)
      if (context_.run_one_for(kPatience) == 0) break;
  }

  // Runs all that can run without waiting.
  void settle() {
    context_.restart();
    context_.poll();
  }

  template <class T>
  T result(const std::shared_ptr<Running<T>>& running) {
    until([&] { return running->done; });
    if (running->error) std::rethrow_exception(running->error);
    return std::move(*running->value);
  }

  template <class T>
  T wait(asio::awaitable<T> operation) {
    return result(start(std::move(operation)));
  }

 private:
  // Far more than anything here takes: only what never happens reaches it.
  static constexpr std::chrono::seconds kPatience{30};

  asio::io_context context_{1};
};

}  // namespace crmsync::connectors::http
