// Selections and jobs as they lie in the store. Inside core/store only.
#pragma once

#include <span>

#include "core/store/database.h"
#include "core/store/jobs.h"

namespace crmsync::store::jobs {

inline constexpr std::size_t kChunk = 250;  // contacts of one step of a job: some milliseconds, one durable commit

// insert_ and append_ are for callers who have a transaction.
Id insert_selection(Database& db, const SelectionDraft& draft, Millis now);
void append_members(Database& db, Id selection, std::span<const Id> contacts);
Id insert_job(Database& db, const JobDraft& draft, Millis now);
Id begin_selection(Database& db, const SelectionDraft& draft, Millis now);
void extend_selection(Database& db, Id selection, std::span<const Id> contacts);
void freeze_selection(Database& db, Id selection, const std::string& summary);
std::optional<SelectionRow> selection(Database& db, Id id);
// The chunk's contacts; empty: there is none.
std::vector<Id> members(Database& db, Id selection, std::int64_t chunk);
// Contacts that a run or a job (Audit::run) has changed, in order of id.
std::vector<Id> changed_by(Database& db, Id number, std::size_t limit, Id after);

Id begin_job(Database& db, const JobDraft& draft, Millis now);
std::optional<JobRow> job(Database& db, Id id);
std::vector<JobRow> list(Database& db, const std::string& account, std::size_t limit, Id before);
std::optional<JobRow> next(Database& db);  // without its counts
bool cancel(Database& db, Id id, Millis now);
std::vector<JobError> errors(Database& db, Id job, std::size_t limit, std::uint64_t after);
std::vector<OutcomeRow> outcomes(Database& db, Id job, std::size_t limit, std::int64_t from);

// One step's result; closes the job with the last one. In the transaction of the step.
void write_outcomes(Database& db, const JobRow& job, std::int64_t chunk, std::span<const ContactOutcome> outcomes,
                    Millis now);
// A step is over; after the last one the job's state is `then`.
void pass_chunk(Database& db, const JobRow& job, std::int64_t chunk, std::size_t contacts, const char* then,
                Millis now);
// Of a job that finds its contacts as it goes: they become the next chunk of its selection.
void append_outcomes(Database& db, const JobRow& job, std::span<const Id> contacts,
                     std::span<const ContactOutcome> outcomes, Millis now);

}  // namespace crmsync::store::jobs
