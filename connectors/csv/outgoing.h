// Opt-outs for the CRM to import: one CSV file per batch, written atomically. Used by the connector's push.
#pragma once

#include <span>
#include <string>

#include "connectors/connector.h"

namespace crmsync::connectors::csv {

// The file's text: a header and a row per push, in the order of the idempotency keys.
std::string batch_text(std::span<const Push> batch);

// Its name, made from the idempotency keys whatever their order: the same batch has the same name.
std::string batch_name(std::span<const Push> batch);

// Writes the batch into `folder`; a repetition replaces the same file by the same content. Durable when it returns
// without an error.
Result<void> write_batch(const std::string& folder, std::span<const Push> batch);

}  // namespace crmsync::connectors::csv
