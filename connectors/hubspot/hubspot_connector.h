// The connector for HubSpot. Used by the registry, and by tests that bring a network of their own.
#pragma once

#include <memory>

#include "connectors/connector.h"
#include "connectors/hubspot/options.h"
#include "connectors/hubspot/session.h"

namespace crmsync::connectors::hubspot {

Kind kind();

std::unique_ptr<Connector> make_connector(Options options, const Environment& environment, Network network);

}  // namespace crmsync::connectors::hubspot
