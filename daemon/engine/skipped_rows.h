// Says in the log which rows of a run could not be read: the first few with their causes, the rest as a number when the
// run's reading ends, however it ends. Used by the run.
#pragma once

#include <string>
#include <vector>

#include "daemon/engine/log.h"

namespace crmsync::engine {

class SkippedRows {
 public:
  static constexpr std::int64_t kInFull = 5;
  using Say = void (*)(Level, std::string_view, std::initializer_list<Field>);

  explicit SkippedRows(std::string connection, Say say = log_event) : connection_(std::move(connection)), say_(say) {}
  ~SkippedRows() {
    if (count_ <= kInFull) return;
    say_(Level::warn, "rows skipped",
         {{"connection", connection_},
          {"rows", std::to_string(count_)},
          {"not_shown", std::to_string(count_ - kInFull)}});
  }
  SkippedRows(const SkippedRows&) = delete;
  SkippedRows& operator=(const SkippedRows&) = delete;

  // Each: place and cause.
  void add(const std::vector<std::string>& rows) {
    for (const auto& cause : rows)
      if (++count_ <= kInFull) say_(Level::warn, "row skipped", {{"connection", connection_}, {"cause", cause}});
  }

 private:
  std::string connection_;
  Say say_;
  std::int64_t count_ = 0;
};

}  // namespace crmsync::engine
