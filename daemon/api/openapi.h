// The OpenAPI document of the HTTP API, put together from daemon/api/openapi/*.json. Used by its route and by the test
// that compares it with the routes.
#pragma once

#include <string>

namespace crmsync::api {

// As JSON; made once.
const std::string& openapi_document();

}  // namespace crmsync::api
