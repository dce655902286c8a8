// Is a finished fetch the whole truth? What a doubtful one may still do is apply opt-outs; nothing else. Pure; used by
// the engine between fetching and planning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace crmsync::sync {

struct FetchFacts {
  bool full = false;                   // a full sync: only then absence means anything
  bool connector_complete = true;      // the connector can prove the end
  std::string connector_doubt;         // why not, for a person
  std::string connector_token;         // identifies that doubt
  bool cursor_repeated = false;        // the same cursor came twice: pages were served in a circle
  std::int64_t delivered = 0;          // records in this fetch
  std::int64_t known = 0;              // live records before
  std::int64_t newly_absent = 0;       // known, not delivered, and delivered by the full sync before
  std::int64_t allowed_deletions = 0;  // the brake's limit for this connection
  std::string accepted;                // the token that a person approved
};

struct Doubt {
  std::string why;    // one sentence
  std::string token;  // what `approve` accepts
  bool operator==(const Doubt&) const = default;
};

// nullopt: complete, or a person has settled just this doubt.
std::optional<Doubt> doubt_about(const FetchFacts& facts);

}  // namespace crmsync::sync
