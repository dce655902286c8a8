// The connectors' registry as the configuration loader wants it. Used by crmsyncd and crmsyncctl.
#pragma once

#include <vector>

#include "config/loader.h"

namespace crmsync {

std::vector<config::ConnectorSchema> connector_schemas();

}  // namespace crmsync
