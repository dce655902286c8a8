#include "daemon/connector_schemas.h"

#include "connectors/connector.h"

namespace crmsync {

std::vector<config::ConnectorSchema> connector_schemas() {
  std::vector<config::ConnectorSchema> schemas;
  for (const auto& kind : connectors::kinds()) {
    config::ConnectorSchema schema;
    schema.name = kind.name;
    for (const auto& option : kind.options)
      schema.options.push_back({std::string(option.name),
                                static_cast<config::ConnectorSchema::Option::Type>(option.type), option.required,
                                std::string(option.help)});
    schema.check = [check = kind.check](const nlohmann::json& options) {
      std::vector<config::ConnectorSchema::OptionProblem> problems;
      for (auto& problem : check(options)) problems.push_back({problem.key, problem.message});
      return problems;
    };
    schemas.push_back(std::move(schema));
  }
  return schemas;
}

}  // namespace crmsync
