// What tests and the demo do behind HubSpot's back: seed, change, break, look. Everything below /_control, and the
// page.
#pragma once

#include "tests/crm_server/crm.h"
#include "tests/crm_server/exchange.h"
#include "tests/crm_server/faults.h"
#include "tests/crm_server/hubspot.h"
#include "tests/crm_server/limits.h"

namespace crmsync::crm_server {

struct Traffic {
  std::int64_t requests = 0;
  std::map<std::string, std::int64_t> by_route;  // method and path without ids and query
  std::int64_t first_ns = 0, last_ns = 0;        // when requests came, by the machine's monotonic clock

  void note(std::string route);
};

class Control {
 public:
  Control(Crm& crm, Hubspot& hubspot, Faults& faults, Limits& limits, Traffic& traffic)
      : crm_(crm), hubspot_(hubspot), faults_(faults), limits_(limits), traffic_(traffic) {}

  // Contacts with names and addresses made from their numbers; every twentieth is opted out.
  void seed(std::int64_t count);
  Reply handle(const Request& request);

 private:
  void choose_for_each(const nlohmann::json& ids, Choice choice);
  Reply change(const nlohmann::json& what);
  Reply show(const Request& request) const;
  Reply configure(const nlohmann::json& settings);

  Crm& crm_;
  Hubspot& hubspot_;
  Faults& faults_;
  Limits& limits_;
  Traffic& traffic_;
};

std::string_view demo_page();

}  // namespace crmsync::crm_server
