// Staged arrivals inside the store: sorted chunks in table `arrival`, merged and applied batch by batch in the order of
// their addresses, so that the address indexes grow at their ends instead of all over. Inside core/store only.
#pragma once

#include "core/store/arrival_buffer.h"
#include "core/store/staging.h"

namespace crmsync::store::arrivals {

void stage(Database& db, const RunInfo& run, ArrivalBuffer& buffer);
void clear(Database& db, Id run);

// What a run has staged, in order, behind what it has applied. Survives from batch to batch, not a failed transaction.
class Merge {
 public:
  Merge(Database& db, Id run);
  Id run() const noexcept { return run_; }
  // Up to `limit` arrivals, encoded; the views are into `bytes`, which is overwritten.
  std::vector<std::string_view> next(std::size_t limit, std::string& bytes);

 private:
  // One sorted chunk and how far it is read.
  struct Chunk {
    Id id = 0;
    Id block = 0;
    std::string bytes;
    std::string_view rest;
    Arrival head;
  };
  bool load(Chunk& chunk);     // the next block; false: none is left
  bool advance(Chunk& chunk);  // to the next arrival; false: the chunk is done
  static bool later(const std::unique_ptr<Chunk>& a, const std::unique_ptr<Chunk>& b) { return b->head < a->head; }

  Database& db_;
  Id run_;
  std::vector<std::unique_ptr<Chunk>> heap_;  // the least head in front
};

// One transaction. False: nothing was left to apply. `opted_out_only`: the fetch may be incomplete, so only what was
// seen opted out counts (rule 11).
bool apply(Database& db, const RunInfo& run, Merge& merge, bool opted_out_only, const Actor& actor, Millis now);

}  // namespace crmsync::store::arrivals
