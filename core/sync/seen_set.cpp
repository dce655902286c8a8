#include "core/sync/seen_set.h"

namespace crmsync::sync {

namespace {
__extension__ using Wide = unsigned __int128;

// Load factor 0.8: the fingerprints are already well mixed, so linear probing stays short.
std::size_t capacity_for(std::size_t n) { return n + n / 4 + 16; }
}  // namespace

SeenSet::SeenSet(std::size_t expected) : slots_(capacity_for(expected)), marks_(slots_.size()) {}

// Multiply-shift maps the fingerprint onto any table size without a division.
std::size_t SeenSet::slot_of(std::uint64_t fingerprint) const {
  const std::size_t size = slots_.size();
  auto slot = static_cast<std::size_t>((static_cast<Wide>(fingerprint) * size) >> 64);
  while (slots_[slot] != 0 && slots_[slot] != fingerprint)
    if (++slot == size) slot = 0;
  return slot;
}

void SeenSet::grow() {
  std::vector<std::uint64_t> old(capacity_for(2 * size_));
  std::vector<bool> old_marks(old.size());
  old.swap(slots_);
  old_marks.swap(marks_);
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (old[i] == 0) continue;
    const std::size_t slot = slot_of(old[i]);
    slots_[slot] = old[i];
    marks_[slot] = old_marks[i];
  }
}

void SeenSet::insert(std::uint64_t fingerprint) {
  if (fingerprint == 0) {
    zero_known_ = true;
    return;
  }
  if (capacity_for(size_ + 1) > slots_.size()) grow();
  const std::size_t slot = slot_of(fingerprint);
  if (slots_[slot] == 0) {
    slots_[slot] = fingerprint;
    ++size_;
  }
}

bool SeenSet::mark_seen(std::uint64_t fingerprint) {
  if (fingerprint == 0) {
    if (zero_known_ && !zero_seen_) zero_seen_ = true, ++seen_;
    return zero_known_;
  }
  const std::size_t slot = slot_of(fingerprint);
  if (slots_[slot] == 0) return false;
  if (!marks_[slot]) marks_[slot] = true, ++seen_;
  return true;
}

bool SeenSet::was_seen(std::uint64_t fingerprint) const {
  if (fingerprint == 0) return zero_seen_;
  const std::size_t slot = slot_of(fingerprint);
  return slots_[slot] != 0 && marks_[slot];
}

}  // namespace crmsync::sync
