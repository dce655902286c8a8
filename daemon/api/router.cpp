#include "daemon/api/router.h"

#include <algorithm>

namespace crmsync::api {

namespace {

// Compares a template with decoded segments, collecting what stands in for {..}.
bool fits(std::string_view pattern, const std::vector<std::string>& path, std::vector<std::string>& params) {
  pattern.remove_prefix(1);
  std::size_t i = 0;
  while (!pattern.empty()) {
    const auto slash = pattern.find('/');
    const std::string_view part = pattern.substr(0, slash);
    pattern.remove_prefix(slash == std::string_view::npos ? pattern.size() : slash + 1);
    if (i == path.size()) return false;
    if (part.front() == '{' && !path[i].empty())
      params.push_back(path[i]);
    else if (part != path[i])
      return false;
    ++i;
  }
  return i == path.size();
}

}  // namespace

Match Router::match(std::string_view method, const std::vector<std::string>& path) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  Match match;
  for (const Route& route : routes_) {
    std::vector<std::string> params;
    if (!fits(route.path, path, params)) continue;
    if (route.method == wanted) {
      match.route = &route;
      match.params = std::move(params);
      return match;
    }
    if (match.allow.find(route.method) != std::string::npos) continue;
    (match.allow += match.allow.empty() ? "" : ", ") += route.method;
    if (route.method == "GET") match.allow += ", HEAD";
  }
  if (match.allow.empty())
    match.problem = not_found("There is nothing at this path.", "/api/v1/openapi.json lists the paths.");
  else
    match.problem = Problem{405, "method_not_allowed", "Not this method", "The path exists, but not with this method.",
                            "Use one of: " + match.allow + "."};
  return match;
}

}  // namespace crmsync::api
