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
  // Takes about the same time everywhere, in a file of one long line too.
  Position at(std::size_t offset) const;

 private:
  std::size_t characters_before(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> lines_;   // offset of each line
  std::vector<std::size_t> blocks_;  // characters before each block of bytes
};

}  // namespace crmsync::config
