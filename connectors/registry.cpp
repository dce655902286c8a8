#include <array>

#include "connectors/connector.h"
#include "connectors/csv/csv_connector.h"
#include "connectors/hubspot/hubspot_connector.h"

namespace crmsync::connectors {

std::span<const Kind> kinds() {
  static const std::array<Kind, 2> table{csv::kind(), hubspot::kind()};
  return table;
}

const Kind* find_kind(std::string_view name) {
  for (const auto& kind : kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace crmsync::connectors
