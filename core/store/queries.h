// The questions of Reader as functions on a connection, shared by the read-only reader and the writing store. Inside
// core/store only.
#pragma once

#include "core/store/database.h"
#include "core/store/reader.h"

namespace crmsync::store::queries {

std::vector<ConnectionState> connections(Database& db, const std::string& id);  // "": all
std::vector<RunRow> runs(Database& db, const std::string& connection, std::size_t limit, Id before);
std::optional<RunRow> run(Database& db, Id id);
std::vector<RunRow> held_runs(Database& db);
std::vector<ChangeRow> changes(Database& db, Id run, std::size_t limit, Id after);
std::int64_t change_count(Database& db, Id run);
std::optional<ContactPage> contacts(Database& db, const ContactQuery& query);
ContactCounts counts(Database& db, const std::string& account);
void set_count(ContactCounts& counts, std::string_view key, std::int64_t n);  // `key` as in the table of counters
std::optional<ContactRow> contact(Database& db, Id id);
std::optional<ContactRow> contact(Database& db, const std::string& account, const std::string& address);
std::vector<ConflictRow> conflicts(Database& db, const std::string& account, std::size_t limit, Id after_contact);
std::int64_t conflict_count(Database& db);
std::vector<PushRow> outbox(Database& db, std::optional<PushState> state, std::size_t limit, Id after);
std::vector<PushRow> pushes_of(Database& db, Id contact);
std::vector<Reader::OutboxSummary> outbox_summary(Database& db, Millis now);

}  // namespace crmsync::store::queries
