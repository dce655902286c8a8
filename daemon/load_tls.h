// Certificate and key of api.tls, ready for the listener, with what is wrong or doubtful at its place in the file. Used
// by load() at start, at reload and for --check-config.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/secret_source.h"
#include "daemon/api/tls_context.h"

namespace crmsync {

struct LoadedTls {
  std::shared_ptr<api::TlsContext> context;  // nullptr: see `problems`
  domain::Millis expires = 0;
  std::vector<config::Problem> problems;
  std::vector<config::Problem> warnings;
};

// `key`: nullptr when there is none to be had; then the certificate alone is looked at.
LoadedTls load_tls(const config::Tls& tls, const config::Secret* key, const std::string& config_path);

// For --check-config by somebody who may not read everything: what can be read is checked, and who is not allowed to
// read it is no mistake of the file.
LoadedTls check_tls(const config::Tls& tls, const std::string& config_path);

}  // namespace crmsync
