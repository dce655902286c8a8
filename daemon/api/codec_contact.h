// Contacts, suppressions, records and conflicts as the API shows them. Pure. Used by routes and tests.
#pragma once

#include "core/store/types.h"
#include "daemon/api/json.h"

namespace crmsync::api {

Json to_json(const domain::Suppression& suppression);
Json to_json(const store::RecordRow& record);
// {"id","account","email","status","mailable","reason","suppressions","records","display","name","changed_at","holds"}
Json to_json(const store::ContactRow& contact);
Json to_json(const store::ConflictRow& conflict);

// Ids are texts outside: they are names, not amounts.
std::string id_text(store::Id id);
std::optional<store::Id> parse_id(std::string_view text);

Json time_or_null(std::optional<domain::Millis> at);
Json text_or_null(std::string_view text);

}  // namespace crmsync::api
