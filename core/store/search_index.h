// Which contacts a text may be found in, and the order of names: an index that is filled behind the contacts' back, so
// that taking in contacts by the million costs nothing for it. What it lacks is known, and looked at directly. Inside
// core/store only.
//
// Who erases a contact, or changes its name or address, has nothing to tell: triggers note it. To have the old text out
// of the index within the same transaction, call refresh().
#pragma once

#include <optional>
#include <vector>

#include "core/domain/search_text.h"
#include "core/store/database.h"
#include "core/store/types.h"

namespace crmsync::store::search_index {

// Takes in at most `most` contacts that the index lacks, or has otherwise than they are now; one transaction. Returns
// how many it was, 0: nothing is left.
std::size_t advance(Database& db, std::size_t most);

// What was noted of this contact, at once; inside the caller's transaction.
void refresh(Database& db, Id contact);

// Contacts with higher ids are not in the index. 0 while it is to be made anew.
Id indexed_to(Database& db);

// Contacts that may be meant: all that are, and others. nullopt: more than `most`, or the index cannot tell.
std::optional<std::vector<Id>> candidates(Database& db, Id account, const domain::TextSearch& text, std::size_t most);

}  // namespace crmsync::store::search_index
