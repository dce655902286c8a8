// Is a finished fetch the whole truth? What a doubtful one may still do is apply opt-outs; nothing else. Pure; used by
// the engine between fetching and planning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::sync {

struct FetchFacts {
  bool full = false;                   // a full sync: only then absence means anything
  bool connector_complete = true;      // the connector can prove the end
  std::string connector_doubt;         // why not, for a person
  std::string connector_token;         // identifies that doubt; empty: made from the other facts
  bool cursor_repeated = false;        // the same cursor came twice: pages were served in a circle
  std::int64_t delivered = 0;          // distinct records in this fetch
  std::int64_t known = 0;              // live records before
  std::int64_t newly_absent = 0;       // known, not delivered, and delivered by the full sync before
  std::int64_t allowed_deletions = 0;  // the brake's limit for this connection
  std::string cursor;                  // the connector's cursor at the end, as text: names what was read
  std::string accepted;                // what a person approved (Doubt::token), empty: nothing
};

struct Doubt {
  std::string why;    // for a person: a sentence for each thing that is wrong
  std::string token;  // what `approve` accepts: stands for this very situation and no other
  bool operator==(const Doubt&) const = default;
};

// nullopt: complete, or a person has settled every doubt. A token also carries the doubts that were settled before, so
// that approving a second doubt does not raise the first one again.
std::optional<Doubt> doubt_about(const FetchFacts& facts);

// Whether the accepted text settles the doubt with this token.
bool settles(std::string_view accepted, std::string_view token);

}  // namespace crmsync::sync
