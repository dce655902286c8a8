// Reads one connection of an account: the common keys and the connector's own; and where a secret comes from. Used by
// the loader.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/section.h"

namespace crmsync::config {

struct ReadContext {
  Problems& problems;
  std::string folder;  // where paths that are not absolute start
  std::span<const ConnectorSchema> connectors;
};

// `node` is a map. The id is checked for its syntax, not for being the only one.
Connection read_connection(const Node& node, ReadContext& context);

// The connector's own keys into Connection::options and ::secrets.
void read_options(Section& section, const Node& node, const ConnectorSchema& connector, ReadContext& context,
                  Connection& connection);

// { credential: NAME } or { file: PATH }; nullopt when it is not there, or wrong, which is reported.
std::optional<SecretSource> read_secret_source(Section& section, std::string_view key, ReadContext& context);

}  // namespace crmsync::config
