#include "daemon/connector_schemas.h"
#include "daemon/daemon.h"

namespace crmsync {

namespace {

void add(std::vector<config::Problem>& all, std::vector<config::Problem> more) {
  for (auto& problem : more) all.push_back(std::move(problem));
}

void read_secrets(Loaded& loaded, const config::Config& config, const std::string& path) {
  auto secrets = config::read_secrets(config, path);
  if (auto* problems = std::get_if<std::vector<config::Problem>>(&secrets))
    loaded.problems = std::move(*problems);
  else
    loaded.secrets = std::get<config::Secrets>(std::move(secrets));
}

// The key goes no further than into the context.
LoadedTls tls_of(Loaded& loaded, const config::Tls& tls, const std::string& path, bool with_secrets) {
  if (!with_secrets) return check_tls(tls, path);
  const auto own = loaded.secrets.find(config::kTlsSecrets);
  LoadedTls made = load_tls(tls, own == loaded.secrets.end() ? nullptr : &own->second.at(config::kTlsKey), path);
  loaded.secrets.erase(config::kTlsSecrets);
  return made;
}

}  // namespace

Loaded load(const std::string& config_path, bool with_secrets) {
  Loaded loaded;
  const auto schemas = connector_schemas();
  auto parsed = config::load_config(config_path, schemas);
  if (auto* problems = std::get_if<std::vector<config::Problem>>(&parsed)) {
    loaded.problems = std::move(*problems);
    return loaded;
  }
  auto config = std::make_shared<const config::Config>(std::get<config::Config>(std::move(parsed)));
  if (with_secrets)
    read_secrets(loaded, *config, config_path);
  else
    loaded.problems = config::missing_secret_files(*config, config_path);
  if (config->api.tls) {
    auto tls = tls_of(loaded, *config->api.tls, config_path, with_secrets);
    loaded.tls = std::move(tls.context), loaded.certificate_expires = tls.expires;
    add(loaded.problems, std::move(tls.problems));
    add(loaded.warnings, std::move(tls.warnings));
  }
  if (loaded.problems.empty()) loaded.config = std::move(config);
  return loaded;
}

}  // namespace crmsync
