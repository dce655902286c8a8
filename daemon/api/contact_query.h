// Which contacts a request asks for: the filters, the order and the page of the list, the same for the export. Used by
// the routes.
#pragma once

#include "daemon/api/router.h"

namespace crmsync::api {

enum class Paged { no, yes };  // whether `limit` and `after` are taken

// What is wrong with the query, if anything.
std::optional<Problem> read_contact_query(const Context& context, store::ContactQuery& query, Paged paged);

}  // namespace crmsync::api
