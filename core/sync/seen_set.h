// What a run knows of the mirror without a query per record: a set of 64-bit row fingerprints, each with marks of
// what the fetch delivered. A million records take 11 MB. Used by the engine for one run and dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crmsync::sync {

class SeenSet {
 public:
  // `expected`: how many will be inserted; more are fine, they only cost a rebuild.
  explicit SeenSet(std::size_t expected = 0);

  bool insert(std::uint64_t fingerprint);  // false: it was there already
  // Says that it is about to be asked for. The set is larger than any cache: whoever has several to look up saves most
  // of the time by announcing some of them ahead.
  void announce(std::uint64_t fingerprint) const;
  // True if it is known; marks it as delivered unchanged.
  bool mark_seen(std::uint64_t fingerprint);
  // Marks one, if it is known, as delivered with other content.
  void mark_changed(std::uint64_t fingerprint);
  bool was_seen(std::uint64_t fingerprint) const;
  bool was_delivered(std::uint64_t fingerprint) const;  // either way
  std::size_t size() const noexcept { return size_ + (zero_known_ ? 1 : 0); }
  // Known ones that came both ways: their records stand in the fetch more than once.
  std::size_t doubled() const noexcept { return doubled_; }
  std::size_t delivered() const noexcept { return delivered_; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t home_of(std::uint64_t fingerprint) const;  // where the search begins
  std::size_t slot_of(std::uint64_t fingerprint) const;  // where it is or would be; not for 0
  std::size_t find(std::uint64_t fingerprint) const;     // where its marks are, kNone if it is unknown
  void mark(std::size_t slot, std::vector<bool>& which);
  void grow();

  std::vector<std::uint64_t> slots_;  // 0: free; the fingerprint 0 has its marks behind the last slot
  std::vector<bool> seen_;
  std::vector<bool> changed_;
  std::size_t size_ = 0;
  std::size_t delivered_ = 0;
  std::size_t doubled_ = 0;
  bool zero_known_ = false;
};

}  // namespace crmsync::sync
