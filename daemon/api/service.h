// The HTTP API: who may ask what, and the answers. Sits between the HTTP server and the engine.
#pragma once

#include <nlohmann/json.hpp>

#include "daemon/api/http_message.h"
#include "daemon/api/json_codec.h"
#include "daemon/engine/control.h"

namespace crmsync::api {

// The caller of one request.
struct Caller {
  std::string name;  // "uid 1000", "token ann"
  domain::Role role = domain::Role::viewer;
  std::vector<std::string> accounts;  // empty: all
  bool may_see(const std::string& account) const;
};

class Service {
 public:
  explicit Service(engine::Control& control) : control_(control) {}

  Admission admit(const HttpRequest& request) const;
  asio::awaitable<HttpResponse> handle(const HttpRequest& request);

 private:
  using Reply = asio::awaitable<HttpResponse>;
  std::optional<Caller> caller_of(const HttpRequest& request) const;
  Reply route(const HttpRequest& request, const Caller& caller);
  Reply status();
  Reply connections();
  Reply runs(const HttpRequest& request);
  Reply run(const HttpRequest& request, const Caller& caller);
  Reply contacts(const HttpRequest& request, const Caller& caller);
  Reply contact(const HttpRequest& request, const Caller& caller);
  Reply unsubscribe(const HttpRequest& request, const Caller& caller);
  Reply events(const HttpRequest& request, const Caller& caller);
  Reply outbox(const HttpRequest& request);
  Reply audit(const HttpRequest& request, const Caller& caller);
  Reply conflicts(const HttpRequest& request, const Caller& caller);
  Reply connection_action(const HttpRequest& request);

  engine::Control& control_;
};

}  // namespace crmsync::api
