// From byte offsets of a text to lines and columns. Used by the parsers of documents.
#pragma once

#include <string_view>
#include <vector>

#include "config/document.h"

namespace crmsync::config {

class LineIndex {
 public:
  // `text` is UTF-8 and outlives the index.
  explicit LineIndex(std::string_view text);
  Position at(std::size_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;  // offset of each line
};

}  // namespace crmsync::config
