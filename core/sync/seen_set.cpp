#include "core/sync/seen_set.h"

#include <utility>

namespace crmsync::sync {

namespace {
__extension__ using Wide = unsigned __int128;

// Load factor 0.8: the fingerprints are already well mixed, so linear probing stays short.
std::size_t capacity_for(std::size_t n) { return n + n / 4 + 16; }
}  // namespace

SeenSet::SeenSet(std::size_t expected)
    : slots_(capacity_for(expected)), seen_(slots_.size() + 1), changed_(slots_.size() + 1) {}

// Multiply-shift maps the fingerprint onto any table size without a division.
std::size_t SeenSet::home_of(std::uint64_t fingerprint) const {
  return static_cast<std::size_t>((static_cast<Wide>(fingerprint) * slots_.size()) >> 64);
}

void SeenSet::announce(std::uint64_t fingerprint) const { __builtin_prefetch(&slots_[home_of(fingerprint)]); }

std::size_t SeenSet::slot_of(std::uint64_t fingerprint) const {
  const std::size_t size = slots_.size();
  std::size_t slot = home_of(fingerprint);
  while (slots_[slot] != 0 && slots_[slot] != fingerprint)
    if (++slot == size) slot = 0;
  return slot;
}

std::size_t SeenSet::find(std::uint64_t fingerprint) const {
  if (fingerprint == 0) return zero_known_ ? slots_.size() : kNone;
  const std::size_t slot = slot_of(fingerprint);
  return slots_[slot] != 0 ? slot : kNone;
}

void SeenSet::grow() {
  SeenSet larger(size_ + size_ / 2);
  const auto copy = [&](std::size_t from, std::size_t to) {
    larger.seen_[to] = seen_[from];
    larger.changed_[to] = changed_[from];
  };
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i] == 0) continue;
    const std::size_t slot = larger.slot_of(slots_[i]);
    larger.slots_[slot] = slots_[i];
    copy(i, slot);
  }
  copy(slots_.size(), larger.slots_.size());
  slots_ = std::move(larger.slots_);
  seen_ = std::move(larger.seen_);
  changed_ = std::move(larger.changed_);
}

bool SeenSet::insert(std::uint64_t fingerprint) {
  if (fingerprint == 0) return !std::exchange(zero_known_, true);
  if (capacity_for(size_ + 1) > slots_.size()) grow();
  const std::size_t slot = slot_of(fingerprint);
  if (slots_[slot] != 0) return false;
  slots_[slot] = fingerprint;
  ++size_;
  return true;
}

void SeenSet::mark(std::size_t slot, std::vector<bool>& which) {
  if (which[slot]) return;
  ++(seen_[slot] || changed_[slot] ? doubled_ : delivered_);
  which[slot] = true;
}

bool SeenSet::mark_seen(std::uint64_t fingerprint) {
  const std::size_t slot = find(fingerprint);
  if (slot != kNone) mark(slot, seen_);
  return slot != kNone;
}

void SeenSet::mark_changed(std::uint64_t fingerprint) {
  const std::size_t slot = find(fingerprint);
  if (slot != kNone) mark(slot, changed_);
}

bool SeenSet::was_seen(std::uint64_t fingerprint) const {
  const std::size_t slot = find(fingerprint);
  return slot != kNone && seen_[slot];
}

bool SeenSet::was_delivered(std::uint64_t fingerprint) const {
  const std::size_t slot = find(fingerprint);
  return slot != kNone && (seen_[slot] || changed_[slot]);
}

}  // namespace crmsync::sync
