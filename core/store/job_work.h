// What a job does to its contacts, a chunk at a time. Inside core/store only.
#pragma once

#include "core/store/jobs.h"
#include "core/store/store.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store::jobs {

// The next chunk, in one transaction. False: the job is over.
bool work(Database& db, Id job, Millis now);

// Takes back what `number` (Audit::run) has done to the contact, as far as nobody has changed it since.
ContactOutcome undo(UnitOfWork& unit, const JobRow& job, Id contact);

// Why nothing was lifted, told by the strongest of the obstacles.
ContactOutcome strongest(const std::vector<std::pair<domain::Suppression, domain::Refusal>>& refused);

}  // namespace crmsync::store::jobs
