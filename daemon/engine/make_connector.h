// Makes a connection's connector, with its secrets put in their places. Used by the engine at start and reload.
#pragma once

#include <memory>

#include "config/secret_source.h"
#include "connectors/connector.h"

namespace crmsync::engine {

// Every secret of the connection's options has to be in `secrets`. What is handed over is wiped afterwards; the
// connector has what it keeps.
std::shared_ptr<connectors::Connector> make_connector(const connectors::Kind& kind,
                                                      const config::Connection& connection,
                                                      const config::ConnectionSecrets& secrets,
                                                      const connectors::Environment& environment);

}  // namespace crmsync::engine
