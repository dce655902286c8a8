#include "core/sync/completeness.h"

namespace crmsync::sync {

namespace {

std::optional<Doubt> find_doubt(const FetchFacts& f) {
  const std::string counts = std::to_string(f.delivered) + "/" + std::to_string(f.known);
  if (f.cursor_repeated)
    return Doubt{"The CRM answered with the same cursor twice: its pages do not end.", "repeated:" + counts};
  if (!f.connector_complete) return Doubt{f.connector_doubt, f.connector_token};
  if (!f.full) return std::nullopt;
  if (f.delivered == 0 && f.known > 0)
    return Doubt{"A full sync returned no record where there were " + std::to_string(f.known) + ".", "empty:" + counts};
  if (f.newly_absent > f.allowed_deletions)
    return Doubt{std::to_string(f.newly_absent) + " of " + std::to_string(f.known) +
                     " records are missing from a full sync, more than the delete limit of " +
                     std::to_string(f.allowed_deletions) + ".",
                 "short:" + counts + "/" + std::to_string(f.newly_absent)};
  return std::nullopt;
}

}  // namespace

std::optional<Doubt> doubt_about(const FetchFacts& facts) {
  auto doubt = find_doubt(facts);
  if (doubt && !doubt->token.empty() && doubt->token == facts.accepted) return std::nullopt;
  return doubt;
}

}  // namespace crmsync::sync
