#include "core/domain/crm_record.h"

namespace crmsync::domain {

std::string record_source(std::string_view connection, std::string_view external_id) {
  std::string source;
  source.reserve(connection.size() + 1 + external_id.size());
  source.append(connection).append(":").append(external_id);
  return source;
}

}  // namespace crmsync::domain
