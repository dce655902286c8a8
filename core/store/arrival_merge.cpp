#include <algorithm>
#include <cstring>

#include "core/store/arrivals.h"
#include "core/store/parse_names.h"

namespace crmsync::store::arrivals {

void stage(Database& db, const RunInfo& run, ArrivalBuffer& buffer) {
  Transaction transaction(db);
  Id chunk = 0;
  {
    Query last(db, "SELECT coalesce(max(chunk), 0) FROM arrival WHERE run_id = ?");
    last.bind(run.id).step();
    chunk = last.integer(0) + 1;
  }
  Query insert(db, "INSERT INTO arrival(run_id, chunk, payload) VALUES(?,?,?)");
  buffer.flush([&](std::string_view block) { insert.bind(run.id).bind(chunk).bind_blob(block).run(); });
  transaction.commit();
}

void clear(Database& db, Id run) {
  Query(db, "DELETE FROM arrival WHERE run_id = ?").bind(run).run();
  Query(db, "UPDATE run SET arrived = NULL WHERE id = ?").bind(run).run();
}

Merge::Merge(Database& db, Id run) : db_(db), run_(run) {
  std::string done;
  {
    Query query(db_, "SELECT arrived FROM run WHERE id = ?");
    if (query.bind(run_).step()) done = query.text(0);
  }
  std::string_view rest = done;
  const Arrival last = done.empty() ? Arrival() : take_arrival(rest);  // an address is never empty
  Query chunks(db_, "SELECT DISTINCT chunk FROM arrival WHERE run_id = ? ORDER BY chunk");
  chunks.bind(run_);
  while (chunks.step()) {
    auto chunk = std::make_unique<Chunk>();
    chunk->id = chunks.integer(0);
    bool more = advance(*chunk);
    while (more && !(last < chunk->head)) more = advance(*chunk);
    if (more) heap_.push_back(std::move(chunk));
  }
  std::make_heap(heap_.begin(), heap_.end(), later);
}

bool Merge::load(Chunk& chunk) {
  Query query(db_, "SELECT id, payload FROM arrival WHERE run_id = ? AND chunk = ? AND id > ? ORDER BY id LIMIT 1");
  if (!query.bind(run_).bind(chunk.id).bind(chunk.block).step()) return false;
  chunk.block = query.integer(0);
  chunk.bytes = query.view(1);
  chunk.rest = chunk.bytes;
  return true;
}

bool Merge::advance(Chunk& chunk) {
  if (chunk.rest.empty() && !load(chunk)) return false;
  chunk.head = take_arrival(chunk.rest);
  return true;
}

std::vector<std::string_view> Merge::next(std::size_t limit, std::string& bytes) {
  bytes.clear();
  bytes.reserve(limit * 112);  // what one usually takes: growing by doubling would take twice as much
  std::vector<std::uint32_t> sizes;
  while (sizes.size() < limit && !heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    bytes.append(heap_.back()->head.bytes);
    sizes.push_back(static_cast<std::uint32_t>(heap_.back()->head.bytes.size()));
    if (advance(*heap_.back()))
      std::push_heap(heap_.begin(), heap_.end(), later);
    else
      heap_.pop_back();
  }
  std::vector<std::string_view> arrivals;
  arrivals.reserve(sizes.size());
  std::string_view rest = bytes;
  for (const auto size : sizes) {
    arrivals.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return arrivals;
}

}  // namespace crmsync::store::arrivals
