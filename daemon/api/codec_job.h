// Selections and jobs as the API shows them. Pure. Used by routes and tests.
#pragma once

#include "core/store/jobs.h"
#include "daemon/api/json.h"

namespace crmsync::api {

// "j12" and "s5": told apart from runs, whose ids are numbers.
std::string job_text(store::Id job);
std::string selection_text(store::Id selection);
std::optional<store::Id> parse_job(std::string_view text);
std::optional<store::Id> parse_selection(std::string_view text);

// {"id","account","count","statuses","reasons","of","made_at"}
Json to_json(const store::SelectionRow& selection);
// {"id","account","kind","state","dry_run","selection","total","done","counts","split","by","undoes","created_at",...}.
// "counts" are by outcome, with "refused" by reason; "split" says where what was refused has to be done.
Json to_json(const store::JobRow& job);
// {"contact","email","outcome","reason"}
Json to_json(const store::OutcomeRow& outcome);
// {"line","message"}
Json to_json(const store::JobError& error);
// What to do about an outcome, one sentence; empty where there is nothing to do.
std::string_view remedy_of(store::Outcome outcome) noexcept;

}  // namespace crmsync::api
