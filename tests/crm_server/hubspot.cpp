#include "tests/crm_server/hubspot.h"

#include <algorithm>

#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

namespace {

bool is_version(std::string_view text) { return text == "2026-03" || text == "2026-09"; }

}  // namespace

std::optional<Reply> Hubspot::refuse(const Request& request) const {
  if (request.authorization == "Bearer " + token) return std::nullopt;
  Reply reply = error(401, "INVALID_AUTHENTICATION",
                      "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can "
                      "find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview");
  reply.headers.emplace_back("X-HubSpot-Auth-Failure", "401 Unauthorized");
  return reply;
}

std::optional<Reply> Hubspot::lacks(std::initializer_list<std::string_view> one_of) const {
  for (const auto scope : one_of)
    if (scopes.contains(scope)) return std::nullopt;
  std::string names;
  for (const auto scope : one_of) names += (names.empty() ? "" : ",") + in_quotes(scope);
  return error(403, "MISSING_SCOPES",
               "This app hasn't been granted all required scopes to make this call. Read more about required scopes "
               "here: https://developers.hubspot.com/scopes.",
               R"(,"errors":[{"message":"One or more of the following scopes are required.","context":)"
               R"({"requiredGranularScopes":[)" +
                   names + R"(]}}],"links":{"scopes":"https://developers.hubspot.com/scopes"})");
}

Reply Hubspot::handle(const Request& request) {
  const auto met = faults_.meet(request);
  const bool search = request.path.ends_with("/search");
  Reply reply;
  if (auto other = instead(met, crm_.now())) {
    reply = std::move(*other);
  } else if (auto refused = limits_.refuse(search, crm_.now())) {
    reply = std::move(*refused);
  } else if (auto refused_too = refuse(request)) {
    reply = std::move(*refused_too);
  } else {
    reply = answer(request, met);
  }
  if (!search) limits_.tell(reply, crm_.now());
  reply.headers.emplace_back("Date", http_date(crm_.now()));
  reply.headers.emplace_back("X-HubSpot-Correlation-Id", "00000000-0000-4000-8000-000000000001");
  spoil(met, reply);
  return reply;
}

// Dated paths: /crm/objects/DATE/contacts..., /crm/properties/DATE/..., /communication-preferences/DATE/...,
// /account-info/DATE/...; numbered ones, which HubSpot's own client library uses: /crm/v3/objects/contacts...,
// /communication-preferences/{v3,v4}/...
Reply Hubspot::answer(const Request& request, const Met& met) {
  Call call{request, met, request.segments(), nullptr, values_of(request.query, "properties")};
  if (!request.body.empty()) {
    call.body = nlohmann::json::parse(request.body, nullptr, false);
    if (call.body.is_discarded()) return error(400, "VALIDATION_ERROR", "Invalid input JSON");
  }
  auto& parts = call.parts;
  const auto is = [&](std::size_t i, std::string_view text) { return parts.size() > i && parts[i] == text; };
  const auto drop = [&](std::size_t n) { parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(n)); };
  const bool dated = parts.size() > 2 && is_version(parts[2]);
  if (is(0, "crm") && ((is(1, "objects") && dated) || (is(1, "v3") && is(2, "objects"))) &&
      (is(3, "contacts") || is(3, "0-1"))) {
    drop(4);
    return contacts(call);
  }
  if (is(0, "crm") && ((is(1, "properties") && dated) || (is(1, "v3") && is(2, "properties"))) && is(3, "contacts")) {
    drop(4);
    return property_definitions(call);
  }
  if (is(0, "communication-preferences") &&
      (is(1, "v3") || is(1, "v4") || (parts.size() > 1 && is_version(parts[1])))) {
    const bool old = is(1, "v3");
    drop(2);
    return old ? preferences_v3(call) : preferences(call);
  }
  return account(call);
}

}  // namespace crmsync::crm_server
