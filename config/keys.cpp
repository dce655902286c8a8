#include "config/keys.h"

#include <algorithm>
#include <array>

#include "config/loader.h"

namespace crmsync::config {

namespace {

using Keys = std::vector<std::string_view>;

const Keys& table(Part part) {
  static const std::array<Keys, 15> keys{{
      {"store", "api", "log", "strikes", "accounts"},
      {"path"},
      {"socket", "listen", "tls", "public_url", "tokens"},
      {"certificate", "key"},
      {"name", "role", "accounts", "sha256"},
      {"level", "format"},
      {"soft_bounce", "blocked", "deferral", "window", "deferral_ends_after"},
      {"id", "name", "brand", "resubscribe", "connections"},
      {"id", "connector", "schedule", "on_delete", "push", "push_deadline", "push_warn_after", "limits", "rate_limit",
       "opted_out_when"},
      {"every", "full_every"},
      {"max_resubscribe", "max_unsubscribe", "max_delete"},
      {"percent", "at_least", "at_most"},
      {"requests", "per"},
      {"field", "equals"},
      {"credential", "file"},
  }};
  return keys[static_cast<std::size_t>(part)];
}

// Where a part stands in the file. Conditions and the other secrets depend on the connectors.
struct Place {
  Part part;
  std::string_view path;
};
constexpr std::string_view kConnection = "accounts[].connections[].";
constexpr std::array<Place, 16> kPlaces{{
    {Part::top, ""},
    {Part::store, "store."},
    {Part::api, "api."},
    {Part::tls, "api.tls."},
    {Part::secret, "api.tls.key."},
    {Part::token, "api.tokens[]."},
    {Part::log, "log."},
    {Part::strikes, "strikes."},
    {Part::account, "accounts[]."},
    {Part::connection, kConnection},
    {Part::schedule, "accounts[].connections[].schedule."},
    {Part::limits, "accounts[].connections[].limits."},
    {Part::limit, "accounts[].connections[].limits.max_resubscribe."},
    {Part::limit, "accounts[].connections[].limits.max_unsubscribe."},
    {Part::limit, "accounts[].connections[].limits.max_delete."},
    {Part::rate_limit, "accounts[].connections[].rate_limit."},
}};

// Edit distance; two neighbours that changed places are one mistake.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

void add_keys(std::vector<std::string>& all, std::string_view path, Part part) {
  for (const auto key : keys_of(part)) all.push_back(std::string(path).append(key));
}

void add_options(std::vector<std::string>& all, const ConnectorSchema& connector) {
  for (const auto& option : connector.options) {
    const std::string path = std::string(kConnection) + option.name;
    all.push_back(path);
    if (option.type == ConnectorSchema::Option::Type::secret) add_keys(all, path + ".", Part::secret);
    if (option.name == "opted_out_when") add_keys(all, path + "[].", Part::condition);
  }
}

}  // namespace

std::span<const std::string_view> keys_of(Part part) { return table(part); }

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t longest = 64;  // of what could be a key at all
  if (word.size() > longest) return {};
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  std::string_view found;
  for (const auto candidate : known) {
    const std::size_t d = distance(word, candidate);
    if (d >= best || d >= candidate.size()) continue;
    best = d;
    found = candidate;
  }
  return found;
}

std::vector<std::string> known_keys(std::span<const ConnectorSchema> connectors) {
  std::vector<std::string> all;
  for (const auto& place : kPlaces) add_keys(all, place.path, place.part);
  for (const auto& connector : connectors) add_options(all, connector);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace crmsync::config
