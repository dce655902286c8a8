#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "daemon/daemon.h"
#include "daemon/engine/log.h"

int main(int argc, char** argv) {
  CLI::App app{"Keeps e-mail subscription state true between CRMs and the place that sends the mail."};
  std::string path;
  bool check = false, once = false;
  app.set_version_flag("--version", "crmsyncd " CRMSYNC_VERSION);
  app.add_option("--config", path, "the configuration, YAML or JSON")->required();
  app.add_flag("--check-config", check, "report every problem of the configuration and exit (2 if there is one)");
  app.add_flag("--once", once, "sync every connection once and exit (1: a sync failed, 3: a run is held)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::signal(SIGIO,
              SIG_IGN);  // the kernel's word that somebody opens an export while it is looked at; not a reason to end
  auto loaded = crmsync::load(path, !check);
  if (check)
    for (const auto& doubt : loaded.warnings)
      std::fprintf(stderr, "%s (taken nevertheless)\n", doubt.to_string().c_str());
  for (const auto& problem : loaded.problems) std::fprintf(stderr, "%s\n", problem.to_string().c_str());
  if (!loaded.problems.empty()) return 2;
  if (check) return 0;
  crmsync::engine::set_up_log(loaded.config->log);
  return once ? crmsync::sync_once(std::move(loaded)) : crmsync::serve(path, std::move(loaded));
}
