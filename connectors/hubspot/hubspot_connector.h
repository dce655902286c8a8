// The connector for HubSpot. Used by the registry, and by tests that bring a client of their own.
#pragma once

#include <memory>

#include "connectors/connector.h"
#include "connectors/http/client.h"
#include "connectors/http/rate_limiter.h"
#include "connectors/hubspot/options.h"

namespace crmsync::connectors::hubspot {

Kind kind();

// On any client.
std::unique_ptr<Connector> make_connector(Options options, const Environment& environment,
                                          Result<std::unique_ptr<http::Client>> client,
                                          std::shared_ptr<http::RateLimiter> limiter);

}  // namespace crmsync::connectors::hubspot
