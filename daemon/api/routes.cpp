#include "daemon/api/routes.h"

namespace crmsync::api {

std::vector<Route> all_routes() {
  std::vector<Route> all;
  for (const auto part :
       {status_routes, run_routes, connection_routes, import_routes, contact_routes, lifting_routes, selection_routes,
        job_routes, mail_routes, link_routes, event_routes, outbox_routes, audit_routes, session_routes,
        settings_routes, history_routes, console_routes, openapi_routes}) {
    const auto routes = part();
    all.insert(all.end(), routes.begin(), routes.end());
  }
  return all;
}

}  // namespace crmsync::api
