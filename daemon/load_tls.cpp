#include "daemon/load_tls.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace crmsync {

namespace {

using config::SecretSource;

domain::Millis now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

std::string name_of(const SecretSource& key) {
  return (key.from == SecretSource::From::file ? "the key " : "the credential ") + key.name;
}

bool may_not_read(const std::string& path) { return ::access(path.c_str(), R_OK) != 0 && errno == EACCES; }

config::Problem at(const SecretSource::Place& place, const std::string& file, std::string message) {
  return {file, place.line, place.column, std::move(message)};
}

// Whether the key is there for whoever runs this.
bool key_at_hand(const SecretSource& key) {
  if (key.from == SecretSource::From::credential) return std::getenv("CREDENTIALS_DIRECTORY") != nullptr;
  return ::access(key.name.c_str(), R_OK) == 0;
}

}  // namespace

LoadedTls load_tls(const config::Tls& tls, const config::Secret* key, const std::string& config_path) {
  LoadedTls loaded;
  const auto certificate = api::read_certificate(tls.certificate);
  if (!certificate)
    loaded.problems.push_back(at(tls.place, config_path, "certificate: " + certificate.error().message));
  else if (const auto warning = api::validity_warning(*certificate, now()))
    loaded.warnings.push_back(at(tls.place, config_path, "certificate: " + *warning));
  if (key == nullptr) return loaded;
  const auto parsed = api::parse_key(*key, name_of(tls.key));
  if (!parsed) loaded.problems.push_back(at(tls.key.place, config_path, "key: " + parsed.error().message));
  if (!certificate || !parsed) return loaded;
  auto context = api::TlsContext::make(*certificate, *parsed);
  if (!context) {
    loaded.problems.push_back(at(tls.place, config_path, "certificate: " + context.error().message));
    return loaded;
  }
  loaded.context = std::move(*context);
  loaded.expires = certificate->valid_until;
  return loaded;
}

LoadedTls check_tls(const config::Tls& tls, const std::string& config_path) {
  if (may_not_read(tls.certificate)) return {};
  if (!key_at_hand(tls.key)) return load_tls(tls, nullptr, config_path);  // a missing file is reported elsewhere
  const auto key = config::read_secret(tls.key);
  if (key) return load_tls(tls, &*key, config_path);
  auto loaded = load_tls(tls, nullptr, config_path);
  loaded.problems.push_back(at(tls.key.place, config_path, "key: " + key.error().message));
  return loaded;
}

}  // namespace crmsync
