// What people, operators and delivery events change, and the outbox that tells the CRM. Inside core/store only.
#pragma once

#include "core/store/store.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store::people {

std::vector<Store::Changed> change_contacts(Database& db, std::span<const ContactChange> changes, const Actor& actor,
                                            Millis now);
std::vector<EventOutcome> add_events(Database& db, std::span<const EventIn> events, const domain::StrikeRules& rules,
                                     Millis now);
std::int64_t expire(Database& db, const domain::StrikeRules& rules, Millis now, std::size_t limit);

// Adds a suppression and tells the CRMs if its reason is one that is pushed.
bool add_and_push(UnitOfWork& unit, Id contact, const domain::Suppression& suppression, std::string_view detail);
// Lifts it; where a CRM record is opted out because of our push, rule 11 applies.
bool lift_and_settle(UnitOfWork& unit, Id contact, domain::Reason reason, std::string_view source,
                     std::string_view detail);

}  // namespace crmsync::store::people

namespace crmsync::store::outbox {

std::vector<PushRow> due(Database& db, const std::string& connection, Millis now, std::size_t limit);
std::optional<Millis> next_at(Database& db, const std::string& connection);
void mark_sending(Database& db, std::span<const Id> pushes);
void settle(Database& db, std::span<const PushUpdate> updates, Millis now);
bool retry(Database& db, Id push, Millis now);

}  // namespace crmsync::store::outbox
