// The daemon's life: configuration, wiring, signals, the service manager, shutdown. Used by main.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/secret_source.h"
#include "daemon/load_tls.h"

namespace crmsync {

// A configuration with its secrets, or everything that is wrong with them.
struct Loaded {
  std::shared_ptr<const config::Config> config;  // nullptr: see `problems`
  config::Secrets secrets;                       // of the connections
  std::shared_ptr<api::TlsContext> tls;          // nullptr: TCP in the clear, or none
  domain::Millis certificate_expires = 0;
  std::vector<config::Problem> problems;
  std::vector<config::Problem> warnings;  // it is taken nevertheless
};

// Without secrets (--check-config, by whoever edits the file) they only have to exist; a certificate and a key that can
// be read have to be good.
Loaded load(const std::string& config_path, bool with_secrets = true);
// Runs until SIGTERM or SIGINT; returns the exit code.
int serve(const std::string& config_path, Loaded loaded);
// One sync of every connection; 0 fine, 1 a sync failed, 3 a run is held.
int sync_once(Loaded loaded);

}  // namespace crmsync
