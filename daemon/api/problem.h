// Errors for clients: RFC 9457 problem documents, every one with a remedy. Used by everything in daemon/api.
#pragma once

#include <string>

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
  bool operator==(const Problem&) const = default;
};

// {"type":"urn:crmsyncd:problem:CODE","title":...,"status":...,"detail":...,"remedy":...,"code":...}
HttpResponse problem_response(const Problem& problem);
std::string problem_json(const Problem& problem);

Problem bad_request(std::string detail, std::string remedy);
Problem not_found(std::string what, std::string remedy);
Problem forbidden(std::string detail, std::string remedy);

// A failure of the engine as a client has to see it.
Problem problem_of(const Error& error);

}  // namespace crmsync::api
