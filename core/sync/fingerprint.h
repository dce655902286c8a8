// A keyed 64-bit hash of what a CRM says of one record: equal means unchanged. SipHash-1-3 with the store's own random
// key, so that nobody outside can make two records collide; an unnoticed change has a chance of 1 in 1.8e19.
// Used by the engine while it reads pages.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/domain/crm_record.h"

namespace crmsync::sync {

using FingerprintKey = std::array<std::uint64_t, 2>;

// Of every field. The store keeps the result: a changed layout makes every record look changed once.
std::uint64_t fingerprint(const FingerprintKey& key, const domain::RemoteRecord& record);

// The hash itself, after J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF" (2012).
std::uint64_t siphash_1_3(const FingerprintKey& key, std::string_view bytes);
std::uint64_t siphash_2_4(const FingerprintKey& key, std::string_view bytes);

}  // namespace crmsync::sync
