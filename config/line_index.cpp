#include "config/line_index.h"

#include <algorithm>

namespace crmsync::config {

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') starts_.push_back(i + 1);
}

Position LineIndex::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto line = std::upper_bound(starts_.begin(), starts_.end(), offset) - 1;
  const auto before = text_.substr(*line, offset - *line);
  const auto characters = std::count_if(before.begin(), before.end(), [](char c) { return (c & '\xC0') != '\x80'; });
  return {static_cast<int>(line - starts_.begin()) + 1, static_cast<int>(characters) + 1};
}

}  // namespace crmsync::config
