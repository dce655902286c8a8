// Arrivals: records that a run sees for the first time, at an address that no contact has. A first load is nothing
// else, so they are staged and applied in bulk, in the order of the address index; everything they might collide with
// is left to the general way (apply.h). The buffer collects them while pages come in. Used by the engine, and by
// core/store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/millis.h"

namespace crmsync::store {

struct Incoming;

// One arrival as it lies in a block; views into the block's bytes.
struct Arrival {
  std::string_view address;  // identity
  std::string_view external_id;
  std::string_view email;  // as the CRM has it
  std::string_view name;
  std::string_view evidence;
  std::string_view bytes;  // the whole encoded arrival
  bool opted_out = false;
  std::optional<domain::Millis> modified_at;
  std::uint64_t fingerprint = 0;

  // The order in which arrivals are applied; no two of a run are equal.
  bool operator<(const Arrival& other) const noexcept {
    const int order = address.compare(other.address);
    return order != 0 ? order < 0 : external_id < other.external_id;
  }
};

// Takes the first arrival off `bytes`. Throws StoreError when they are not what the buffer wrote.
Arrival take_arrival(std::string_view& bytes);
Incoming to_incoming(const Arrival& arrival);

class ArrivalBuffer {
 public:
  // The record's opt-out has to be known and its address valid (domain::arrives_plainly).
  void add(const Incoming& incoming);
  bool empty() const noexcept { return entries_.empty(); }
  bool full() const noexcept;
  // Hands everything over, sorted, in blocks of some 64 KiB, and starts again.
  void flush(const std::function<void(std::string_view block)>& write);

 private:
  struct Entry {
    std::uint64_t prefix;  // the address's first bytes: most comparisons need no more
    std::uint32_t offset;
    std::uint32_t size;
  };
  std::string bytes_;
  std::vector<Entry> entries_;
};

}  // namespace crmsync::store
