// How staged records are written into the spool and into held changes: length-prefixed fields, host byte order (a store
// does not travel between machines of different byte order while a run is open). Inside core/store only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/store/store.h"

namespace crmsync::store {

void encode(const Incoming& incoming, std::string& out);
// Throws StoreError when the bytes are not what encode() wrote.
Incoming decode(std::string_view& bytes);

// RunCounts and RunEnd as text, for the run's row.
std::string encode_counts(const RunCounts& counts);
RunCounts decode_counts(std::string_view text);
std::string encode_end(const RunEnd& end);
RunEnd decode_end(std::string_view text);

}  // namespace crmsync::store
