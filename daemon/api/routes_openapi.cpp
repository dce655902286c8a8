// What this API is, for programs: an OpenAPI document. Whoever may reach the daemon may read it.
#include <sstream>

#include "daemon/api/json.h"
#include "daemon/api/openapi.h"
#include "daemon/api/routes.h"

// The parts, one JSON object behind the other.
extern "C" const char openapi_parts_begin[];
extern "C" const char openapi_parts_end[];

namespace crmsync::api {

namespace {

std::string put_together() {
  std::istringstream parts(std::string(openapi_parts_begin, openapi_parts_end));
  Json document = Json::object();
  for (Json part; parts >> std::ws && !parts.eof();) {
    parts >> part;
    document.update(part, true);
  }
  return to_text(document) + "\n";
}

asio::awaitable<HttpResponse> get_document(Context& context) {
  static const std::string tag = '"' + sha256_hex(openapi_document()).substr(0, 32) + '"';
  const auto known = context.request.field("if-none-match");
  HttpResponse response(200, "application/json", "");
  if (known == "*" || known.find(tag) != std::string_view::npos)
    response.status = 304, response.content_type.clear();
  else
    response.body = openapi_document();
  response.fields = {{"ETag", tag}, {"Cache-Control", "no-cache"}};
  co_return response;
}

}  // namespace

const std::string& openapi_document() {
  static const std::string document = put_together();
  return document;
}

std::vector<Route> openapi_routes() { return {{"GET", "/api/v1/openapi.json", Permission::none, get_document}}; }

}  // namespace crmsync::api
