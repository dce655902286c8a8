#include "core/sync/completeness.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/sync/fingerprint.h"

namespace crmsync::sync {

namespace {

constexpr char kBetween = '\n';         // tokens of one accepted text
constexpr std::size_t kRemembered = 4;  // older ones are about fetches long gone

std::vector<std::string> split(std::string_view accepted) {
  std::vector<std::string> tokens;
  while (!accepted.empty()) {
    const auto end = std::min(accepted.find(kBetween), accepted.size());
    if (end > 0) tokens.emplace_back(accepted.substr(0, end));
    accepted.remove_prefix(std::min(end + 1, accepted.size()));
  }
  return tokens;
}

std::string join(const std::vector<std::string>& parts, char between) {
  std::string all;
  for (const auto& part : parts) all.append(all.empty() ? "" : std::string(1, between)).append(part);
  return all;
}

// Not a secret and not a defence: only a short name for this situation, the same after a restart.
std::string token(std::string_view kind, const FetchFacts& f) {
  constexpr FingerprintKey kFixed{0x6372'6d73'796e'6364, 0x646f'7562'7400'0001};
  std::string facts(kind);
  for (const auto count : {f.delivered, f.known, f.newly_absent}) facts.append("/").append(std::to_string(count));
  facts.append("/").append(f.cursor);
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(siphash_2_4(kFixed, facts)));
  return std::string(kind).append("-").append(hex);
}

std::string records(std::int64_t n) { return std::to_string(n) + (n == 1 ? " record" : " records"); }

std::vector<Doubt> every_doubt(const FetchFacts& f) {
  std::vector<Doubt> doubts;
  if (f.cursor_repeated)
    doubts.push_back({"The CRM answered with the same cursor twice: its pages do not end.", token("repeated", f)});
  if (!f.connector_complete)
    doubts.push_back(
        {f.connector_doubt.empty() ? "The connector cannot prove that it read everything." : f.connector_doubt,
         f.connector_token.empty() ? token("unproven", f) : f.connector_token});
  if (!f.full) return doubts;
  if (f.delivered == 0 && f.known > 0)
    doubts.push_back({"A full sync returned no record where there were " + records(f.known) + ".", token("empty", f)});
  else if (f.newly_absent > f.allowed_deletions)
    doubts.push_back(
        {records(f.newly_absent) + " of " + std::to_string(f.known) + (f.newly_absent == 1 ? " is" : " are") +
             " missing from a full sync, more than the delete limit of " + std::to_string(f.allowed_deletions) + ".",
         token("short", f)});
  return doubts;
}

}  // namespace

bool settles(std::string_view accepted, std::string_view token) {
  if (token.empty()) return false;
  // A connector's token may hold the separator itself.
  if (accepted == token) return true;
  const auto tokens = split(accepted);
  return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
}

std::optional<Doubt> doubt_about(const FetchFacts& facts) {
  std::vector<std::string> sentences;
  auto tokens = split(facts.accepted);
  for (auto& doubt : every_doubt(facts)) {
    std::replace(doubt.token.begin(), doubt.token.end(), kBetween, ' ');
    if (!settles(facts.accepted, doubt.token)) sentences.push_back(std::move(doubt.why));
    // What this fetch needs goes to the end, also when it is settled: it must not be forgotten for being old.
    std::erase(tokens, doubt.token);
    tokens.push_back(std::move(doubt.token));
  }
  if (sentences.empty()) return std::nullopt;
  if (tokens.size() > kRemembered) tokens.erase(tokens.begin(), tokens.end() - kRemembered);
  return Doubt{join(sentences, ' '), join(tokens, kBetween)};
}

}  // namespace crmsync::sync
