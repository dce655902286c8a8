#include "daemon/api/openapi.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "daemon/api/router.h"

using namespace crmsync::api;

namespace {

using Document = nlohmann::json;
using Names = std::set<std::string>;

const Document& document() {
  static const Document json = Document::parse(openapi_document());
  return json;
}

std::string lower(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(c | 0x20);
  return text;
}

std::string name_of(const Route& route) { return std::string(route.method) + " " + std::string(route.path); }

const Document& operation_of(const Route& route) {
  return document().at("paths").at(std::string(route.path)).at(lower(route.method));
}

// "$ref" of each parameter of the operation itself, and the names of those that stand there in full.
Names parameters_of(const Document& operation) {
  Names names;
  for (const auto& one : operation.value("parameters", Document::array()))
    names.insert(one.contains("$ref") ? one["$ref"].get<std::string>() : one.at("name").get<std::string>());
  return names;
}

std::string_view name_of(Permission permission) {
  switch (permission) {
    case Permission::none: return "none";
    case Permission::read: return "read";
    case Permission::unsubscribe: return "unsubscribe";
    case Permission::operate: return "operate";
    case Permission::support: return "support";
    case Permission::administer: return "administer";
  }
  return "";
}

}  // namespace

TEST_CASE("the document has every route, and nothing else") {
  Names routes, operations;
  for (const Route& route : all_routes()) routes.insert(name_of(route));
  for (const auto& [path, item] : document().at("paths").items())
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(c & ~0x20);
      operations.insert(upper + " " + path);
    }
  for (const auto& route : routes) CHECK_MESSAGE(operations.contains(route), "not in the document: ", route);
  for (const auto& operation : operations) CHECK_MESSAGE(routes.contains(operation), "no such route: ", operation);
}

TEST_CASE("the document says of every route what it asks of its caller") {
  for (const Route& route : all_routes()) {
    CAPTURE(name_of(route));
    const Document& operation = operation_of(route);
    const Document& responses = operation.at("responses");
    const bool open = route.permission == Permission::none;
    CHECK(operation.at("x-permission") == name_of(route.permission));
    CHECK(operation.contains("security") == open);
    CHECK((open || responses.contains("401")));
    if (!open && route.permission != Permission::read) CHECK(responses.contains("403"));
    CHECK(responses.contains("default"));
  }
}

TEST_CASE("the document says of every route whether it takes an Idempotency-Key") {
  for (const Route& route : all_routes()) {
    CAPTURE(name_of(route));
    const Document& operation = operation_of(route);
    CHECK(parameters_of(operation).contains("#/components/parameters/IdempotencyKey") == route.changes);
    if (!route.changes) continue;
    for (const char* status : {"400", "409", "422"}) CHECK_MESSAGE(operation.at("responses").contains(status), status);
  }
}
