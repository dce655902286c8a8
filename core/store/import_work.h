// What an import does with the rows of a file, and with those whom the file does not list. Inside core/store only.
#pragma once

#include <span>

#include "core/store/jobs.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store::jobs {

inline constexpr std::size_t kErrorsKept = 1000;  // of one import; more are counted

// Begins an import, whose rows come from import_rows(). `place`: the beginning of the file, in the reader's words.
Id begin_import(Database& db, const JobDraft& draft, const std::string& account, const std::string& place, Millis now);
// The places of imports that still read their file.
std::vector<std::string> open_imports(Database& db);
// The next rows, in one transaction, and where the reader is afterwards. `last`: the file is at its end; `doubt`: and
// may have been cut, so that nobody is missing from it for sure.
void import_rows(Database& db, Id job, std::span<const ImportRow> rows, const std::string& place, bool last,
                 const std::string& doubt, Millis now);
// The next contacts that may be missing in the file; false: all were looked at, and what follows is begun.
bool compare(Database& db, const JobRow& job, Millis now);

// One contact of an archive job.
ContactOutcome archive(UnitOfWork& unit, const JobRow& job, Id contact);
// Contacts of an archive job that are put on hold, or released after it was rejected.
void hold_or_release(UnitOfWork& unit, const JobRow& job, std::span<const Id> contacts);
// A held job: approved, it unsubscribes whom nobody has listed since; rejected, it releases everybody.
bool decide(Database& db, Id job, bool approve, Millis now);

}  // namespace crmsync::store::jobs
