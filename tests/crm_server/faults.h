// Faults that a test switches on by name, for a number of requests or until they are cleared, for some paths or all.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crm_server/crm.h"
#include "tests/crm_server/exchange.h"

namespace crmsync::crm_server {

struct Fault {
  std::string kind;
  std::string path;         // a part of the path and query; empty: every request
  std::string method;       // empty: every method
  std::int64_t left = -1;   // requests that it still meets; -1: until cleared
  std::int64_t after = 0;   // requests that pass first
  std::int64_t number = 0;  // milliseconds of latency, a status, seconds
  std::string text;         // of a Retry-After header
};

class Faults {
 public:
  // The kinds that exist; anything else is refused.
  static const std::vector<std::string_view>& kinds();
  // What is wrong with it; empty: it is switched on.
  std::string add(const nlohmann::json& description);
  void clear() { faults_.clear(); }
  nlohmann::json list() const;
  // The kinds that meet this request, each counted down.
  std::vector<Fault> meet(const Request& request);

 private:
  std::vector<Fault> faults_;
};

bool has(const std::vector<Fault>& met, std::string_view kind);

// An answer instead of the API's; nullopt: the API answers.
std::optional<Reply> instead(const std::vector<Fault>& met, Millis now);
// What is done to the API's answer on its way out.
void spoil(const std::vector<Fault>& met, Reply& reply);

}  // namespace crmsync::crm_server
