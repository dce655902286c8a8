// Reads a secret from where the configuration says it is. Used by the daemon when it makes a connector, and for TLS.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "config/config.h"
#include "config/loader.h"
#include "config/secret.h"
#include "core/result.h"

namespace crmsync::config {

inline constexpr std::size_t kLargestSecret = 64 * 1024;

// One newline at the end is not part of the secret. Refuses (ErrorKind::config, with the cure) what is missing, empty,
// larger than 64 KiB, not a regular file, or open to everybody. The message names the file, never what is in it.
Result<Secret> read_secret(const SecretSource& source);

using ConnectionSecrets = std::map<std::string, Secret>;  // by the option's name
// By the connection's id, and kTlsSecrets, which is none, with the one option kTlsKey.
using Secrets = std::map<std::string, ConnectionSecrets>;
inline constexpr const char* kTlsSecrets = "api.tls";
inline constexpr const char* kTlsKey = "key";

// Every secret of the configuration that stands in `file`, or everything that is wrong with them, each at its place.
std::variant<Secrets, std::vector<Problem>> read_secrets(const Config& config, const std::string& file);
// For --check-config, which may be asked by somebody who must not read them, and without the credentials of the
// service: only the files that do not exist.
std::vector<Problem> missing_secret_files(const Config& config, const std::string& file);

}  // namespace crmsync::config
