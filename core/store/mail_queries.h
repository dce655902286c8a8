// The questions of senders on a connection. Inside core/store only.
#pragma once

#include <span>

#include "core/store/database.h"
#include "core/store/mail_check.h"

namespace crmsync::store::mail {

std::vector<MailState> check(Database& db, const std::string& account, std::span<const std::string> addresses);
FeedPlace end_of_feed(Database& db);
FeedPage feed(Database& db, const std::string& account, const std::optional<FeedPlace>& after, std::size_t limit);
std::vector<LinkKey> link_keys(Database& db);
// A new key signs from now on; with `retire` the older ones are no longer believed.
void rotate_link_key(Database& db, bool retire, Millis now);

}  // namespace crmsync::store::mail
