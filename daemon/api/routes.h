// The functions behind the paths, by subject. Used by all_routes() and by tests.
#pragma once

#include "daemon/api/router.h"

namespace crmsync::api {

std::vector<Route> status_routes();      // status, connections, health, readiness, metrics
std::vector<Route> run_routes();         // runs, changes, approve, reject
std::vector<Route> connection_routes();  // sync, plan, test
std::vector<Route> contact_routes();     // contacts, timeline, explain, unsubscribe, conflicts
std::vector<Route> lifting_routes();     // resubscribe, support lift
std::vector<Route> selection_routes();   // selections
std::vector<Route> job_routes();         // jobs, outcomes, undo
std::vector<Route> import_routes();      // imports, export, approve and reject of jobs
std::vector<Route> mail_routes();        // mailable, changes
std::vector<Route> link_routes();        // links of contacts, one-click, preference page
std::vector<Route> event_routes();       // events
std::vector<Route> outbox_routes();      // outbox
std::vector<Route> audit_routes();       // audit, export, verify
std::vector<Route> session_routes();     // signing in to the console and out
std::vector<Route> settings_routes();    // the configuration as it is in force
std::vector<Route> history_routes();     // counts of earlier days
std::vector<Route> console_routes();     // the console's page and files
std::vector<Route> openapi_routes();     // the document of all this

}  // namespace crmsync::api
