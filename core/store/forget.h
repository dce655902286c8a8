// Erasing a person: everything that names them goes, a keyed hash of the address stays, so that the no outlives it.
// What is known of a contact that was erased. Inside core/store only.
#pragma once

#include "core/store/store.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store {

// Refused while a CRM still has to be told of the person's no: the push needs what would be erased.
ForgetOutcome forget(Database& db, const ForgetOrder& order, const Actor& actor, Millis now);

// Whether anybody was erased at all: asked before a bulk of addresses is looked up.
bool anybody_forgotten(Database& db);
// The suppressions with which an address comes back that was erased in this account, or complained about in its brand
// before it was erased. Empty: it was not.
std::vector<domain::Suppression> remembered(Database& db, Id account, std::string_view address);

}  // namespace crmsync::store
