// Reads pages of contacts. Used by the connector, and for its samples by the probe.
#pragma once

#include "connectors/connector.h"
#include "connectors/hubspot/cursor.h"
#include "connectors/hubspot/session.h"

namespace crmsync::connectors::hubspot {

asio::awaitable<Result<Page>> read_page(Session& session, const FetchRequest& request);

// The contacts of an answer, with their opt-outs decided as far as the account lets us.
asio::awaitable<Result<ContactPage>> understand(Session& session, const http::Response& response);

}  // namespace crmsync::connectors::hubspot
