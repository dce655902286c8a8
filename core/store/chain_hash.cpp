#include "core/store/chain_hash.h"

#include <openssl/evp.h>

namespace crmsync::store {

// Every field is preceded by its length, so that no two lists of fields hash alike.
struct ChainHash::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void add(std::int64_t value) { EVP_DigestUpdate(context, &value, sizeof value); }
  void add(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));
    EVP_DigestUpdate(context, text.data(), text.size());
  }
  Digest finish() {
    Digest digest{};
    EVP_DigestFinal_ex(context, digest.data(), nullptr);
    return digest;
  }
};

ChainHash::ChainHash(std::string_view previous, std::int64_t link, std::int64_t at, std::int64_t first_seq)
    : state_(std::make_unique<State>()) {
  state_->add(previous), state_->add(link), state_->add(at), state_->add(first_seq);
}

ChainHash::~ChainHash() = default;

void ChainHash::add(const CoveredEntry& e) {
  State& s = *state_;
  s.add(e.seq), s.add(e.at), s.add(e.who), s.add(e.origin), s.add(e.basis), s.add(e.action), s.add(e.account);
  s.add(e.contact), s.add(e.reason), s.add(e.source), s.add(e.before), s.add(e.after), s.add(e.run);
  s.add(e.detail_hash);
}

Digest ChainHash::finish(std::int64_t last_seq) {
  state_->add(last_seq);
  return state_->finish();
}

Digest hash_detail(std::string_view salt, std::string_view detail) {
  // One-shot: salts have a fixed length, so the concatenation is unambiguous.
  Digest digest{};
  std::string text;
  text.reserve(salt.size() + detail.size());
  text.append(salt).append(detail);
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

}  // namespace crmsync::store
