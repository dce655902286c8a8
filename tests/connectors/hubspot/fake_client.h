// An http::Client that asks a FakeHubSpot, without any network.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/http/client.h"
#include "tests/connectors/hubspot/fake_hubspot.h"

namespace crmsync::connectors::hubspot {

struct Line {
  bool cut = false;      // nobody can be reached
  bool slow = false;     // nothing is answered
  std::size_t lost = 0;  // of so many answers, which HubSpot has acted on, the connection breaks before they arrive
};

class FakeClient final : public http::Client {
 public:
  FakeClient(FakeHubSpot& hubspot, Line& line) : hubspot_(hubspot), line_(line) {}

  asio::awaitable<Result<http::Response>> send(const http::Request& request) override {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    if (line_.slow) {
      // In small steps, so that it can be broken off after each.
      asio::steady_timer step(executor);
      boost::system::error_code interrupted;
      while (!interrupted) {
        step.expires_after(std::chrono::milliseconds(1));
        co_await step.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
      }
      co_return Error(ErrorKind::cancelled, "stopped while waiting for an answer");
    }
    if (line_.cut) co_return Error(ErrorKind::transient, "connecting: connection refused");
    auto response = hubspot_.answer(request);
    co_await asio::post(executor, asio::use_awaitable);
    if (line_.lost > 0) {
      --line_.lost;
      co_return Error(ErrorKind::transient, "reading the answer: the connection was reset");
    }
    co_return response;
  }

 private:
  FakeHubSpot& hubspot_;
  Line& line_;
};

}  // namespace crmsync::connectors::hubspot
