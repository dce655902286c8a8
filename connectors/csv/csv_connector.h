// The csv connector: a CRM whose contacts come as exported files. Registered in connectors/registry.cpp.
#pragma once

#include "connectors/connector.h"

namespace crmsync::connectors::csv {

Kind kind();

}  // namespace crmsync::connectors::csv
