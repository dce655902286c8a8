// Who the account and the token are.
#include "tests/crm_server/hubspot.h"
#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

Reply Hubspot::account(const Call& call) const {
  const auto& path = call.request.path;
  if (path.starts_with("/account-info/") && path.ends_with("/details"))
    return json(R"({"portalId":1234567,"accountType":"STANDARD","timeZone":"Europe/Berlin","companyCurrency":"EUR",)"
                R"("additionalCurrencies":[],"utcOffset":"+01:00","utcOffsetMilliseconds":3600000,)"
                R"("uiDomain":"app.hubspot.com","dataHostingLocation":"na1"})");
  if (path == "/oauth/v2/private-apps/get/access-token-info") {
    std::string names;
    for (const auto& scope : scopes) names += (names.empty() ? "" : ",") + in_quotes(scope);
    return json(R"({"userId":1,"hubId":1234567,"appId":2,"scopes":[)" + names + "]}");
  }
  return error(404, "NOT_FOUND", "resource not found");
}

}  // namespace crmsync::crm_server
