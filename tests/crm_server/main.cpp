// A simulated HubSpot for tests, benchmarks and the demo. It listens on loopback only.
#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "tests/crm_server/control_api.h"
#include "tests/crm_server/server.h"

using namespace crmsync::crm_server;

namespace {

Millis wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// "GET /crm/objects/2026-09/contacts": numbers and addresses in a path are one route.
std::string route_of(const Request& request) {
  std::string route = request.method + ' ';
  for (const auto& part : request.segments()) {
    const bool id = part.find('@') != std::string::npos || part.find_first_not_of("0123456789") == std::string::npos;
    route += "/" + (id ? std::string("*") : part);
  }
  return route;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned short port = 0;
  std::int64_t contacts = 0;
  std::string token_file;
  Tls tls;
  Crm crm(wall_clock);
  Faults faults;
  Limits limits;
  CLI::App app("A simulated HubSpot on 127.0.0.1; see /_control and the page at /");
  app.add_option("--port", port, "0: one that is free, printed on standard output");
  app.add_option("--seed", contacts, "contacts to begin with");
  app.add_option("--token-file", token_file, "the token that is accepted; without it: demo-token");
  app.add_option("--tls-cert", tls.certificate_file, "serve HTTPS with this certificate (PEM)");
  app.add_option("--tls-key", tls.key_file, "and its key (PEM)");
  app.add_option("--lag", crm.index_lag, "milliseconds that search lags behind");
  app.add_flag("--enforce-limits", limits.enforced, "answer 429 beyond HubSpot's documented limits");
  CLI11_PARSE(app, argc, argv);

  Hubspot hubspot(crm, faults, limits);
  if (!token_file.empty()) {
    std::ifstream file(token_file);
    if (!std::getline(file, hubspot.token)) {
      std::fprintf(stderr, "crm_server: cannot read %s\n", token_file.c_str());
      return 2;
    }
  }
  Traffic traffic;
  Control control(crm, hubspot, faults, limits, traffic);
  control.seed(contacts);

  const auto handle = [&](const Request& request) {
    if (request.path == "/" || request.path.starts_with("/_control")) return control.handle(request);
    traffic.note(route_of(request));
    try {
      return hubspot.handle(request);
    } catch (const nlohmann::json::exception&) {
      return error(400, "VALIDATION_ERROR", "Invalid input JSON");
    }
  };
  boost::asio::io_context io(1);
  const Server server(io, port, tls, handle);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](auto, auto) { io.stop(); });
  std::printf("listening on 127.0.0.1:%d\n", server.port());
  std::fflush(stdout);
  io.run();
}
