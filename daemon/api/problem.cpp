#include "daemon/api/problem.h"

#include <nlohmann/json.hpp>

namespace crmsync::api {

std::string problem_json(const Problem& problem) {
  nlohmann::ordered_json json;
  json["type"] = "urn:crmsyncd:problem:" + problem.code;
  json["title"] = problem.title;
  json["status"] = problem.status;
  json["detail"] = problem.detail;
  json["remedy"] = problem.remedy;
  json["code"] = problem.code;
  for (const auto& one : problem.obstacles)
    json["obstacles"].push_back(
        {{"reason", one.reason}, {"code", one.code}, {"detail", one.detail}, {"remedy", one.remedy}});
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

HttpResponse problem_response(const Problem& problem) {
  HttpResponse response(problem.status, "application/problem+json", problem_json(problem) + "\n");
  if (problem.status == 401) response.fields.emplace_back("WWW-Authenticate", "Bearer realm=\"crmsyncd\"");
  if (problem.retry_after) response.fields.emplace_back("Retry-After", std::to_string(problem.retry_after->count()));
  return response;
}

Problem bad_request(std::string detail, std::string remedy) {
  return {400, "bad_request", "The request cannot be understood", std::move(detail), std::move(remedy)};
}

Problem not_found(std::string what, std::string remedy) {
  return {404, "not_found", "There is no such thing", std::move(what), std::move(remedy)};
}

Problem forbidden(std::string detail, std::string remedy) {
  return {403, "forbidden", "Not allowed", std::move(detail), std::move(remedy)};
}

Problem problem_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::not_found:
      return not_found(error.message, "List what there is and repeat the request with one of these.");
    case ErrorKind::rejected:
    case ErrorKind::stale:
      return {409, "not_possible_now", "The state does not allow it", error.message, "Look at it again, then decide."};
    case ErrorKind::cancelled:
      return {503, "stopping", "The daemon is stopping", error.message, "Repeat the request when it runs again."};
    case ErrorKind::unauthorized:
      return {502, "crm_refused", "The CRM refuses the credentials or a permission", error.message,
              "`crmsyncctl connection test` says which one is missing."};
    case ErrorKind::rate_limited:
    case ErrorKind::transient:
      return {503, "try_again", "The CRM or its export cannot be read now", error.message, "Try again later."};
    case ErrorKind::protocol:
      return {502, "crm_nonsense", "The CRM or its export cannot be understood", error.message,
              "`crmsyncctl connection test` shows what is read; correct the source or the configuration."};
    case ErrorKind::config:
      return {500, "configuration", "The configuration does not allow it", error.message,
              "Correct the configuration and reload the daemon."};
  }
  return {500, "internal", "Something went wrong inside", error.message, "The daemon's log says more."};
}

}  // namespace crmsync::api
