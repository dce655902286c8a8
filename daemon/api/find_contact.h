// The contact that a path names: by its id, or by an address within ?account=. Used by the routes about contacts.
#pragma once

#include "daemon/api/fields.h"
#include "daemon/api/router.h"

namespace crmsync::api {

struct ContactRef {
  store::Id id = 0;  // 0: by address
  std::string account;
  std::string address;  // identity
};

// Reads the path's {id} and the query's `account` (into `fields`, whose problem counts too).
std::variant<ContactRef, Problem> contact_ref(const Context& context, QueryFields& fields);

// nullopt: there is none, or it is not for the caller to see.
std::optional<store::ContactRow> read_contact(store::Reader& reader, const Principal& principal, const ContactRef& ref);

Problem no_contact(const ContactRef& ref);

}  // namespace crmsync::api
