// Errors for clients: RFC 9457 problem documents, every one with a remedy. Used by everything in daemon/api.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "daemon/api/http_message.h"

namespace crmsync::api {

// `detail` says what is wrong with this request, `remedy` what to do. Neither holds an address or a secret.
struct Problem {
  unsigned status = 400;
  std::string code;  // snake_case; the last part of the document's `type`
  std::string title;
  std::string detail;
  std::string remedy;
  // Of a request that several things stand against: each of them.
  struct Obstacle {
    std::string reason;  // of the suppression
    std::string code, detail, remedy;
    bool operator==(const Obstacle&) const = default;
  };
  std::vector<Obstacle> obstacles = {};
  std::optional<std::chrono::seconds> retry_after = std::nullopt;  // becomes the header field
  bool operator==(const Problem&) const = default;
};

// {"type":"urn:crmsyncd:problem:CODE","title":...,"status":...,"detail":...,"remedy":...,"code":...,"obstacles"?:[...]}
HttpResponse problem_response(const Problem& problem);
std::string problem_json(const Problem& problem);

Problem bad_request(std::string detail, std::string remedy);
Problem not_found(std::string what, std::string remedy);
Problem forbidden(std::string detail, std::string remedy);

// A failure of the engine as a client has to see it.
Problem problem_of(const Error& error);

}  // namespace crmsync::api
