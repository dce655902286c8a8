// A Client that answers what the test says, without any network. Used by the tests of Api and OAuth.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "connectors/http/client.h"
#include "tests/connectors/http/scripted_server.h"

namespace crmsync::connectors::http {

// What the test keeps of a client that it gives away.
struct Script {
  std::deque<Result<Response>> answers;
  std::vector<Request> requests;
  Gate* gate = nullptr;  // answers wait for it

  void add(int status, std::string body = "", std::vector<Header> headers = {}) {
    if (!body.empty() && body[0] == '{') headers.push_back({"Content-Type", "application/json"});
    answers.push_back(Response{status, std::move(headers), std::move(body)});
  }
  void fail(ErrorKind kind) { answers.push_back(Error(kind, "api.example.com: it failed")); }
};

class FakeClient final : public Client {
 public:
  explicit FakeClient(std::shared_ptr<Script> script) : script_(std::move(script)) {}

  asio::awaitable<Result<Response>> send(const Request& request) override {
    script_->requests.push_back(request);
    co_await asio::post(asio::use_awaitable);
    if (script_->gate) co_await script_->gate->wait();
    REQUIRE_MESSAGE(!script_->answers.empty(), "one request more than was expected");
    auto answer = std::move(script_->answers.front());
    script_->answers.pop_front();
    co_return answer;
  }

 private:
  std::shared_ptr<Script> script_;
};

inline std::string header_of(const Request& request, std::string_view name) {
  const Response same{0, request.headers, ""};
  return std::string(same.header(name));
}

}  // namespace crmsync::connectors::http
