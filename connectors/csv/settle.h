// Whether an export may be read, or somebody is still writing it. Used by the connector before it reads.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "connectors/csv/text_file.h"
#include "core/domain/millis.h"

namespace crmsync::connectors::csv {

// Whether some process has the file open for writing, as far as the system can tell.
enum class Writer { nobody, somebody, cannot_tell };
Writer writer_of(const std::string& path);

// A file that nobody has open for writing is read at once, which is what a file that was put there by a rename is; one
// that somebody has open is not read. Where the system cannot tell (a network file system, a file of another user), the
// file has to be untouched for a while, or has to be the same in two looks that are some time apart.
class SettleCheck {
 public:
  using LookForWriter = std::function<Writer(const std::string&)>;
  explicit SettleCheck(LookForWriter look = writer_of) : look_(std::move(look)) {}

  // True if all of them may be read. `now`: the wall clock. What it saw is kept for the next call.
  bool ready(const std::vector<FileIdentity>& files, domain::Millis now);

  static constexpr domain::Millis kUntouched = 10 * domain::kSecond;
  static constexpr domain::Millis kBetweenLooks = 1 * domain::kSecond;

 private:
  LookForWriter look_;
  std::vector<FileIdentity> seen_;
  domain::Millis seen_at_ = 0;
};

}  // namespace crmsync::connectors::csv
