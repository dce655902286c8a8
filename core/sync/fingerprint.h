// A keyed 64-bit hash of what a CRM says of one record: equal means unchanged. SipHash-1-3 with the store's own random
// key, so that nobody outside can make two records collide; an unnoticed change has a chance of 1 in 1.8e19.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/domain/crm_record.h"

namespace crmsync::sync {

using FingerprintKey = std::array<std::uint64_t, 2>;

std::uint64_t fingerprint(const FingerprintKey& key, const domain::RemoteRecord& record);

// The hash itself: SipHash-c-d of J.-P. Aumasson and D. J. Bernstein (2012). Exposed for its test vectors.
std::uint64_t siphash(const FingerprintKey& key, std::string_view bytes, int compression_rounds, int final_rounds);

}  // namespace crmsync::sync
