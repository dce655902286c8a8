// What `connection test` shows for an export: is it there, is it readable, what do its columns mean. Changes nothing.
#pragma once

#include "connectors/connector.h"
#include "connectors/csv/options.h"

namespace crmsync::connectors::csv {

Probe probe_export(const Options& options);

}  // namespace crmsync::connectors::csv
