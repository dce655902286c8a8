// The signed part of a contact's links: which contact it is, and proof that we said so. Pure. Used by the routes for
// links.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/store/mail_check.h"

namespace crmsync::api {

// "KEY-CONTACT-MAC": HMAC-SHA256 of the contact's id, cut to 128 bits, in URL-safe characters.
std::string make_link_token(const store::LinkKey& key, store::Id contact);
// nullopt: nobody made it, or its key is retired; the comparison takes the same time whatever is wrong with it.
std::optional<store::Id> read_link_token(std::span<const store::LinkKey> keys, std::string_view token);

// "a•••@e•••.com": enough for the person to know it, and nothing for anybody else.
std::string masked_address(std::string_view address);

}  // namespace crmsync::api
