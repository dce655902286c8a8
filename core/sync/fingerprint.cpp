#include "core/sync/fingerprint.h"

#include <bit>
#include <cstring>

namespace crmsync::sync {

namespace {

// The published vectors are little-endian, and so are the fingerprints that a store keeps.
std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  if constexpr (std::endian::native == std::endian::little)
    std::memcpy(&word, bytes, sizeof word);
  else
    for (int i = 7; i >= 0; --i) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

// The last size % 8 bytes of a text, zeros above. Of a text with a whole word before them, that is one load.
std::uint64_t tail_of(std::string_view text) {
  const std::size_t rest = text.size() & 7;
  if (rest == 0) return 0;
  const char* const end = text.data() + text.size();
  if (text.size() >= 8) return word_at(end - 8) >> (8 * (8 - rest));
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < rest; ++i)
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  return word;
}

// Rounds as template arguments: unrolled, which is half of the speed.
template <int Compression, int Final>
class SipHash {
 public:
  explicit SipHash(const FingerprintKey& key)
      : v0_(key[0] ^ 0x736f6d6570736575ULL),
        v1_(key[1] ^ 0x646f72616e646f6dULL),
        v2_(key[0] ^ 0x6c7967656e657261ULL),
        v3_(key[1] ^ 0x7465646279746573ULL) {}

  void add(std::uint64_t word) {
    v3_ ^= word;
    for (int i = 0; i < Compression; ++i) round();
    v0_ ^= word;
  }
  // The whole words of a text; its tail is left to the caller.
  void add_words(std::string_view text) {
    const char* const end = text.data() + (text.size() & ~std::size_t{7});
    for (const char* at = text.data(); at != end; at += 8) add(word_at(at));
  }
  std::uint64_t finish() {
    v2_ ^= 0xff;
    for (int i = 0; i < Final; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_, v1_ = std::rotl(v1_, 13), v1_ ^= v0_, v0_ = std::rotl(v0_, 32);
    v2_ += v3_, v3_ = std::rotl(v3_, 16), v3_ ^= v2_;
    v0_ += v3_, v3_ = std::rotl(v3_, 21), v3_ ^= v0_;
    v2_ += v1_, v1_ = std::rotl(v1_, 17), v1_ ^= v2_, v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

template <int Compression, int Final>
std::uint64_t hash(const FingerprintKey& key, std::string_view bytes) {
  SipHash<Compression, Final> state(key);
  state.add_words(bytes);
  state.add(static_cast<std::uint64_t>(bytes.size()) << 56 | tail_of(bytes));
  return state.finish();
}

using RecordHash = SipHash<1, 3>;

// Padded with zeros to whole words, so that nothing is copied; its length goes in beforehand.
void add_padded(RecordHash& state, std::string_view text) {
  state.add_words(text);
  if (text.size() & 7) state.add(tail_of(text));
}

std::uint64_t two_lengths(std::string_view a, std::string_view b) {
  return static_cast<std::uint64_t>(a.size()) | static_cast<std::uint64_t>(b.size()) << 32;
}

}  // namespace

std::uint64_t siphash_1_3(const FingerprintKey& key, std::string_view bytes) { return hash<1, 3>(key, bytes); }
std::uint64_t siphash_2_4(const FingerprintKey& key, std::string_view bytes) { return hash<2, 4>(key, bytes); }

std::uint64_t fingerprint(const FingerprintKey& key, const domain::RemoteRecord& record) {
  // Every length comes before the texts: moving a byte from one field to the next changes the words.
  const std::uint64_t opted_out = record.opted_out ? (*record.opted_out ? 2 : 1) : 0;
  const std::uint64_t flags = opted_out | (record.deleted ? 4U : 0U) | (record.modified_at ? 8U : 0U);
  RecordHash state(key);
  state.add(flags | static_cast<std::uint64_t>(record.merged_ids.size()) << 8);
  state.add(two_lengths(record.external_id, record.email));
  state.add(two_lengths(record.name, record.evidence));
  if (record.modified_at) state.add(static_cast<std::uint64_t>(*record.modified_at));
  add_padded(state, record.external_id);
  add_padded(state, record.email);
  add_padded(state, record.name);
  add_padded(state, record.evidence);
  for (const auto& id : record.merged_ids) {
    state.add(id.size());
    add_padded(state, id);
  }
  return state.finish();
}

}  // namespace crmsync::sync
