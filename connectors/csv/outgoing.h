// Opt-outs for the CRM to import: one CSV file per batch, written atomically. Used by the connector's push.
#pragma once

#include <span>
#include <string>

#include "connectors/connector.h"

namespace crmsync::connectors::csv {

// Writes the batch into `folder` under a name made from its idempotency keys, so that a repetition replaces the same
// file by the same content. Durable when it returns without an error.
Result<void> write_batch(const std::string& folder, std::span<const Push> batch);

}  // namespace crmsync::connectors::csv
