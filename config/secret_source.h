// Reads a secret from where the configuration says it is. Used by the daemon when it makes a connector.
#pragma once

#include <cstddef>

#include "config/config.h"
#include "config/secret.h"
#include "core/result.h"

namespace crmsync::config {

inline constexpr std::size_t kLargestSecret = 64 * 1024;

// One newline at the end is not part of the secret. Refuses (ErrorKind::config, with the cure) what is missing, empty,
// larger than 64 KiB, not a regular file, or open to everybody. The message names the file, never what is in it.
Result<Secret> read_secret(const SecretSource& source);

}  // namespace crmsync::config
