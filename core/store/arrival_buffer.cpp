#include "core/store/arrival_buffer.h"

#include <algorithm>
#include <cstring>

#include "core/store/parse_names.h"
#include "core/store/store.h"

namespace crmsync::store {

namespace {

constexpr std::size_t kFullBytes = 4 << 20;
constexpr std::size_t kBlockBytes = 64 << 10;

constexpr std::uint8_t kOptedOut = 1, kDated = 2, kEmailIsAddress = 4;

// What precedes the texts of an arrival.
struct Header {
  std::uint64_t fingerprint;
  std::int64_t modified_at;
  std::uint32_t total;  // bytes of the arrival, with this header
  std::uint32_t address, external_id, email, name, evidence;
  std::uint8_t flags;
  std::uint8_t unused[7];
};

[[noreturn]] void damaged() { throw StoreError("a staged arrival in the store is damaged"); }

std::uint32_t length(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

std::uint64_t prefix_of(std::string_view address) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < 8; ++i)
    prefix = prefix << 8 | (i < address.size() ? static_cast<unsigned char>(address[i]) : 0U);
  return prefix;
}

}  // namespace

Arrival take_arrival(std::string_view& bytes) {
  Header header{};
  if (bytes.size() < sizeof header) damaged();
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.total < sizeof header || header.total > bytes.size()) damaged();
  Arrival arrival;
  arrival.bytes = bytes.substr(0, header.total);
  std::string_view rest = arrival.bytes.substr(sizeof header);
  const auto take = [&](std::uint32_t size) {
    if (size > rest.size()) damaged();
    const auto text = rest.substr(0, size);
    rest.remove_prefix(size);
    return text;
  };
  arrival.address = take(header.address);
  arrival.external_id = take(header.external_id);
  arrival.email = header.flags & kEmailIsAddress ? arrival.address : take(header.email);
  arrival.name = take(header.name);
  arrival.evidence = take(header.evidence);
  if (!rest.empty()) damaged();
  arrival.opted_out = header.flags & kOptedOut;
  if (header.flags & kDated) arrival.modified_at = header.modified_at;
  arrival.fingerprint = header.fingerprint;
  bytes.remove_prefix(header.total);
  return arrival;
}

Incoming to_incoming(const Arrival& arrival) {
  Incoming incoming;
  incoming.remote.external_id = arrival.external_id;
  incoming.remote.email = arrival.email;
  incoming.remote.name = arrival.name;
  incoming.remote.opted_out = arrival.opted_out;
  incoming.remote.modified_at = arrival.modified_at;
  incoming.remote.evidence = arrival.evidence;
  incoming.address = arrival.address;
  incoming.fingerprint = arrival.fingerprint;
  return incoming;
}

void ArrivalBuffer::add(const Incoming& incoming) {
  const auto& remote = incoming.remote;
  const bool same = remote.email == incoming.address;
  Header header{};
  header.fingerprint = incoming.fingerprint;
  header.modified_at = remote.modified_at.value_or(0);
  header.address = length(incoming.address);
  header.external_id = length(remote.external_id);
  header.email = same ? 0 : length(remote.email);
  header.name = length(remote.name);
  header.evidence = length(remote.evidence);
  header.flags = static_cast<std::uint8_t>((remote.opted_out.value_or(false) ? kOptedOut : 0) |
                                           (remote.modified_at ? kDated : 0) | (same ? kEmailIsAddress : 0));
  header.total = static_cast<std::uint32_t>(sizeof header) + header.address + header.external_id + header.email +
                 header.name + header.evidence;
  if (bytes_.capacity() < kFullBytes) bytes_.reserve(kFullBytes + kFullBytes / 4);  // doubling would take twice that
  entries_.push_back({prefix_of(incoming.address), static_cast<std::uint32_t>(bytes_.size()), header.total});
  bytes_.append(reinterpret_cast<const char*>(&header), sizeof header);
  bytes_.append(incoming.address).append(remote.external_id);
  if (!same) bytes_.append(remote.email);
  bytes_.append(remote.name).append(remote.evidence);
}

bool ArrivalBuffer::full() const noexcept { return bytes_.size() >= kFullBytes; }

void ArrivalBuffer::flush(const std::function<void(std::string_view)>& write) {
  const auto read = [&](const Entry& entry) {
    std::string_view bytes = std::string_view(bytes_).substr(entry.offset, entry.size);
    return take_arrival(bytes);
  };
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : read(a) < read(b);
  });
  std::string block;
  block.reserve(kBlockBytes + kBlockBytes / 4);
  for (const auto& entry : entries_) {
    block.append(bytes_, entry.offset, entry.size);
    if (block.size() < kBlockBytes) continue;
    write(block);
    block.clear();
  }
  if (!block.empty()) write(block);
  bytes_.clear();
  entries_.clear();
}

}  // namespace crmsync::store
