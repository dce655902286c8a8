// What a run knows of the mirror without a query per record: a set of 64-bit row fingerprints, each with a "seen" mark.
// 10 bytes a record, so that a million records fit into 11 MB. Used by the engine for one run and dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crmsync::sync {

class SeenSet {
 public:
  // `expected`: how many will be inserted; more are fine, they only cost a rebuild.
  explicit SeenSet(std::size_t expected = 0);

  void insert(std::uint64_t fingerprint);
  // True if it is known; marks it.
  bool mark_seen(std::uint64_t fingerprint);
  bool was_seen(std::uint64_t fingerprint) const;
  std::size_t size() const noexcept { return size_ + (zero_known_ ? 1 : 0); }
  std::size_t seen() const noexcept { return seen_; }

 private:
  std::size_t slot_of(std::uint64_t fingerprint) const;
  void grow();

  std::vector<std::uint64_t> slots_;  // 0: free; the fingerprint 0 has its own flags
  std::vector<bool> marks_;
  std::size_t size_ = 0;
  std::size_t seen_ = 0;
  bool zero_known_ = false;
  bool zero_seen_ = false;
};

}  // namespace crmsync::sync
