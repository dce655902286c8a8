#include "core/sync/fingerprint.h"

#include <bit>
#include <cstring>
#include <string>

namespace crmsync::sync {

namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  explicit State(const FingerprintKey& key)
      : v0(key[0] ^ 0x736f6d6570736575ULL),
        v1(key[1] ^ 0x646f72616e646f6dULL),
        v2(key[0] ^ 0x6c7967656e657261ULL),
        v3(key[1] ^ 0x7465646279746573ULL) {}

  void round() {
    v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
    v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
    v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
  }
};

void append(std::string& out, std::uint64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void append(std::string& out, std::string_view text) {
  append(out, static_cast<std::uint64_t>(text.size()));
  out.append(text);
}

}  // namespace

std::uint64_t siphash(const FingerprintKey& key, std::string_view bytes, int compression_rounds, int final_rounds) {
  State state(key);
  const std::size_t whole = bytes.size() & ~std::size_t{7};
  for (std::size_t i = 0; i < whole; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    state.v3 ^= word;
    for (int r = 0; r < compression_rounds; ++r) state.round();
    state.v0 ^= word;
  }
  std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
  for (std::size_t i = whole; i < bytes.size(); ++i)
    last |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * (i - whole));
  state.v3 ^= last;
  for (int r = 0; r < compression_rounds; ++r) state.round();
  state.v0 ^= last;
  state.v2 ^= 0xff;
  for (int r = 0; r < final_rounds; ++r) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::uint64_t fingerprint(const FingerprintKey& key, const domain::RemoteRecord& record) {
  // Lengths first, so that moving a byte from one field to the next changes the hash.
  thread_local std::string bytes;
  bytes.clear();
  const std::uint64_t opted_out = record.opted_out ? (*record.opted_out ? 2 : 1) : 0;
  append(bytes, opted_out | (record.deleted ? 4U : 0U) | (record.modified_at ? 8U : 0U));
  append(bytes, static_cast<std::uint64_t>(record.modified_at.value_or(0)));
  append(bytes, record.external_id);
  append(bytes, record.email);
  append(bytes, record.name);
  append(bytes, record.evidence);
  for (const auto& id : record.merged_ids) append(bytes, id);
  return siphash(key, bytes, 1, 3);
}

}  // namespace crmsync::sync
