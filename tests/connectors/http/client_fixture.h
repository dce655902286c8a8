// A loop, a scripted server and a client of it. Used by the tests of Client.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "connectors/http/client.h"
#include "tests/connectors/http/scripted_server.h"

namespace crmsync::connectors::http {

// Deadlines that no test reaches unless it means to.
inline Timeouts patient() {
  Timeouts timeouts;
  timeouts.resolve = timeouts.connect = timeouts.first_byte = timeouts.whole = std::chrono::hours(1);
  return timeouts;
}

inline Request get(std::string target) {
  Request request;
  request.target = std::move(target);
  return request;
}

inline Request post(std::string target, std::string body) {
  Request request = get(std::move(target));
  request.method = "POST";
  request.body = std::move(body);
  return request;
}

struct World {
  Loop loop;
  ScriptedServer server{loop};

  ClientOptions options(const std::string& prefix = "") const {
    ClientOptions options;
    options.base_url = server.url() + prefix;
    options.timeouts = patient();
    return options;
  }

  std::unique_ptr<Client> client(ClientOptions options) {
    auto made = Client::make(std::move(options), loop.executor());
    REQUIRE(made.has_value());
    return std::move(*made);
  }
  std::unique_ptr<Client> client() { return client(options()); }

  Result<Response> send(Client& client, const Request& request) { return loop.wait(client.send(request)); }
};

inline void check_body(const Result<Response>& response, std::string_view body) {
  REQUIRE_MESSAGE(response.has_value(), response.error().message);
  CHECK(response->body == body);
}

inline void check_error(const Result<Response>& response, ErrorKind kind, std::string_view text) {
  REQUIRE_FALSE(response.has_value());
  CAPTURE(response.error().message);
  CHECK(std::string(to_string(response.error().kind)) == to_string(kind));
  CHECK(response.error().message.find(text) != std::string::npos);
}

}  // namespace crmsync::connectors::http
