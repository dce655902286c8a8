#include "daemon/engine/make_connector.h"

namespace crmsync::engine {

namespace {

class Wiped {
 public:
  Wiped(nlohmann::json& options, const config::ConnectionSecrets& secrets) : options_(options), secrets_(secrets) {
    for (const auto& [name, secret] : secrets_) options_[name] = secret.reveal();
  }
  ~Wiped() {
    for (const auto& [name, secret] : secrets_)
      if (auto* text = options_[name].get_ptr<std::string*>()) config::wipe(*text);
  }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  nlohmann::json& options_;
  const config::ConnectionSecrets& secrets_;
};

}  // namespace

std::shared_ptr<connectors::Connector> make_connector(const connectors::Kind& kind,
                                                      const config::Connection& connection,
                                                      const config::ConnectionSecrets& secrets,
                                                      const connectors::Environment& environment) {
  connectors::ConnectionOptions options{connection.id, connection.account, connection.options};
  if (connection.rate_limit)
    options.rate_limit = {static_cast<double>(connection.rate_limit->requests), connection.rate_limit->per};
  const Wiped wiped(options.options, secrets);
  return kind.make(options, environment);
}

}  // namespace crmsync::engine
