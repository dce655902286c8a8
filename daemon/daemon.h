// The daemon's life: wiring, signals, the service manager, shutdown. Used by main.cpp.
#pragma once

#include <memory>
#include <string>

#include "config/config.h"

namespace crmsync {

// Runs until SIGTERM or SIGINT; returns the exit code.
int serve(const std::string& config_path, std::shared_ptr<const config::Config> config);
// One sync of every connection; 0 fine, 1 a sync failed, 3 a run is held.
int sync_once(std::shared_ptr<const config::Config> config);

}  // namespace crmsync
