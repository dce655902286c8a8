// The HTTP API as a whole: routes, authentication, idempotency, and what happens when something goes wrong inside. Hand
// its two functions to an HttpServer. Used by the daemon's wiring and by tests.
#pragma once

#include "daemon/api/http_message.h"
#include "daemon/api/idempotency.h"
#include "daemon/api/router.h"

namespace crmsync::api {

class Service {
 public:
  explicit Service(engine::Control& control);

  Admission admit(const HttpRequest& request);
  asio::awaitable<HttpResponse> handle(const HttpRequest& request);

 private:
  struct Call;
  std::optional<HttpResponse> prepare(const HttpRequest& request, Call& call);
  asio::awaitable<HttpResponse> answer(const HttpRequest& request, const Call& call);
  asio::awaitable<HttpResponse> answer_once(const HttpRequest& request, const Call& call, std::string key);
  HttpResponse failed(const Route& route, const std::exception& error);

  engine::Control& control_;
  Router router_;
  Access access_;
  IdempotencyCache answers_;
};

}  // namespace crmsync::api
