// Answers of the API as text for people. Pure. Used by the commands.
#pragma once

#include "daemon/ctl/session.h"
#include "daemon/ctl/table.h"

namespace crmsync::ctl {

std::string status_view(const Json& status, const Terminal& terminal);
std::string connections_view(const Json& connections, const Terminal& terminal);
std::string runs_view(const Json& runs, const Terminal& terminal);
// One run with everything about it, and what to do when it is held.
std::string run_view(const Json& run, const Terminal& terminal);
std::string changes_view(const Json& changes, const Terminal& terminal);
std::string plan_view(const Json& plan, const Terminal& terminal);
std::string probe_view(const Json& probe, const Terminal& terminal);
std::string contacts_view(const Json& contacts, const Terminal& terminal);
std::string contact_view(const Json& contact, const Terminal& terminal);
// As it was at a past time.
std::string past_contact_view(const Json& contact, const Terminal& terminal);
std::string explanation_view(const Json& explanation, const Terminal& terminal);
// What a job did, and what it left to others.
std::string job_view(const Json& job, const Terminal& terminal);
std::string errors_view(const Json& errors, const Terminal& terminal);
// The first rows of a file and what its columns mean.
std::string preview_view(const Json& preview, const Terminal& terminal);
std::string jobs_view(const Json& jobs, const Terminal& terminal);
std::string outbox_view(const Json& pushes, const Terminal& terminal);

// "2026-11-23 10:00:00" of an RFC 3339 time of the API; "" for null.
std::string short_time(const Json& json, const char* name);
// "12 new, 3 unsubscribed": the counts that are not 0.
std::string counts_in_words(const Json& counts);

}  // namespace crmsync::ctl
