// What `connection test` finds out, without changing anything. Used by the connector.
#pragma once

#include "connectors/connector.h"
#include "connectors/hubspot/session.h"

namespace crmsync::connectors::hubspot {

asio::awaitable<Probe> probe_account(Session& session);

}  // namespace crmsync::connectors::hubspot
