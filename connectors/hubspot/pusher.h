// Tells HubSpot about opt-outs and reads back what it says. Used by the connector.
#pragma once

#include <span>
#include <vector>

#include "connectors/connector.h"
#include "connectors/hubspot/session.h"

namespace crmsync::connectors::hubspot {

// One result a push, in their order: acknowledged only if HubSpot shows it afterwards.
asio::awaitable<std::vector<PushResult>> push_all(Session& session, std::span<const Push> pushes);

}  // namespace crmsync::connectors::hubspot
