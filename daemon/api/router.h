// Which function answers which method and path. Used by Service; the routes_*.cpp files each fill in their part.
#pragma once

#include <span>

#include "daemon/api/access.h"
#include "daemon/engine/control.h"

namespace crmsync::api {

// What a route's function works with. Lives until the answer is made.
struct Context {
  const HttpRequest& request;
  engine::Control& control;
  std::shared_ptr<const config::Config> config;
  Principal principal;
  std::vector<std::string> params;  // what stands where the path has {..}
  Access& access;                   // for those who sign in and out
};

struct Route {
  using Function = asio::awaitable<HttpResponse> (*)(Context&);

  std::string_view method;
  std::string_view path;  // "/api/v1/runs/{id}"
  Permission permission = Permission::read;
  Function function = nullptr;
  bool changes = false;  // honours Idempotency-Key
  std::size_t body_limit = 64 * 1024;
  bool takes_file = false;  // the body is an Upload
};

struct Match {
  const Route* route = nullptr;  // nullptr: `problem` says why
  std::vector<std::string> params;
  std::optional<Problem> problem;
  std::string allow;  // with status 405: the methods that exist
};

class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}
  // HEAD is answered as GET. Of several routes that fit the first counts.
  Match match(std::string_view method, const std::vector<std::string>& path) const;
  std::span<const Route> routes() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
};

// The whole table.
std::vector<Route> all_routes();

}  // namespace crmsync::api
