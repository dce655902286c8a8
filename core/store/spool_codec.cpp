#include "core/store/spool_codec.h"

#include <array>
#include <charconv>
#include <cstring>

#include "core/store/parse_names.h"

namespace crmsync::store {

namespace {

void put(std::string& out, std::int64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::int64_t>(text.size()));
  out.append(text);
}

[[noreturn]] void damaged() { throw StoreError("a staged record in the store is damaged"); }

std::int64_t take_integer(std::string_view& bytes) {
  std::int64_t value = 0;
  if (bytes.size() < sizeof value) damaged();
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

std::string take_text(std::string_view& bytes) {
  const auto size = static_cast<std::uint64_t>(take_integer(bytes));
  if (size > bytes.size()) damaged();
  std::string text(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return text;
}

// Flags of a record in one number.
constexpr std::int64_t kKnown = 1, kOptedOut = 2, kDated = 4, kDeleted = 8;

}  // namespace

void encode(const Incoming& incoming, std::string& out) {
  const auto& r = incoming.remote;
  std::int64_t flags = r.deleted ? kDeleted : 0;
  if (r.opted_out) flags |= kKnown | (*r.opted_out ? kOptedOut : 0);
  if (r.modified_at) flags |= kDated;
  put(out, flags);
  put(out, r.modified_at.value_or(0));
  put(out, static_cast<std::int64_t>(incoming.fingerprint));
  put(out, r.external_id), put(out, r.email), put(out, r.name), put(out, r.evidence), put(out, incoming.address);
  put(out, static_cast<std::int64_t>(r.merged_ids.size()));
  for (const auto& id : r.merged_ids) put(out, id);
}

Incoming decode(std::string_view& bytes) {
  Incoming incoming;
  auto& r = incoming.remote;
  const std::int64_t flags = take_integer(bytes);
  const std::int64_t modified_at = take_integer(bytes);
  if (flags & kKnown) r.opted_out = (flags & kOptedOut) != 0;
  if (flags & kDated) r.modified_at = modified_at;
  r.deleted = (flags & kDeleted) != 0;
  incoming.fingerprint = static_cast<std::uint64_t>(take_integer(bytes));
  r.external_id = take_text(bytes), r.email = take_text(bytes), r.name = take_text(bytes);
  r.evidence = take_text(bytes), incoming.address = take_text(bytes);
  for (std::int64_t left = take_integer(bytes); left > 0; --left) r.merged_ids.push_back(take_text(bytes));
  return incoming;
}

namespace {
template <class Fn>
void for_each_count(RunCounts& c, Fn fn) {
  for (auto* n : {&c.fetched, &c.added, &c.unchanged, &c.unsubscribed, &c.resubscribed, &c.kept_unsubscribed,
                  &c.deleted, &c.invalid, &c.unknown, &c.duplicates, &c.held})
    fn(*n);
}
}  // namespace

std::string encode_counts(const RunCounts& counts) {
  RunCounts copy = counts;
  std::string text;
  for_each_count(copy, [&](std::int64_t n) { text += std::to_string(n) + ' '; });
  return text;
}

RunCounts decode_counts(std::string_view text) {
  RunCounts counts;
  const char* at = text.data();
  const char* end = at + text.size();
  for_each_count(counts, [&](std::int64_t& n) {
    const auto [next, error] = std::from_chars(at, end, n);
    if (error == std::errc()) at = next < end ? next + 1 : next;
  });
  return counts;
}

std::string encode_end(const RunEnd& end) {
  std::string out;
  put(out, static_cast<std::int64_t>(end.state));
  put(out, encode_counts(end.counts));
  put(out, end.api_calls);
  put(out, end.cursor);
  put(out, static_cast<std::int64_t>(end.complete_full) | (static_cast<std::int64_t>(end.polled) << 1));
  put(out, end.error), put(out, end.note), put(out, end.doubt_token);
  return out;
}

RunEnd decode_end(std::string_view bytes) {
  RunEnd end;
  end.state = static_cast<RunState>(take_integer(bytes));
  end.counts = decode_counts(take_text(bytes));
  end.api_calls = take_integer(bytes);
  end.cursor = take_text(bytes);
  const std::int64_t flags = take_integer(bytes);
  end.complete_full = flags & 1;
  end.polled = flags & 2;
  end.error = take_text(bytes), end.note = take_text(bytes), end.doubt_token = take_text(bytes);
  return end;
}

}  // namespace crmsync::store
