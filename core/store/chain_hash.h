// The hashing of the audit chain: SHA-256 over length-prefixed fields. Shared by writing and verifying, so that both
// agree on what is covered.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace crmsync::store {

using Digest = std::array<unsigned char, 32>;

inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// What a link covers of one entry; the detail only by its salted hash.
struct CoveredEntry {
  std::int64_t seq, at;
  std::string_view who, origin, basis, action;
  std::int64_t account, contact;
  std::string_view reason, source;
  std::int64_t before, after, run;
  std::string_view detail_hash;
};

class ChainHash {
 public:
  // A link starts from its predecessor's hash, which makes the chain.
  ChainHash(std::string_view previous, std::int64_t link, std::int64_t at, std::int64_t first_seq);
  ~ChainHash();
  void add(const CoveredEntry& entry);
  Digest finish(std::int64_t last_seq);
  ChainHash(const ChainHash&) = delete;
  ChainHash& operator=(const ChainHash&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest hash_detail(std::string_view salt, std::string_view detail);

}  // namespace crmsync::store
