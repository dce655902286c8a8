#include "config/line_index.h"

#include <algorithm>

namespace crmsync::config {

namespace {

constexpr std::size_t kBlock = 256;

std::size_t characters(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

}  // namespace

LineIndex::LineIndex(std::string_view text) : text_(text), lines_{0}, blocks_{0} {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') lines_.push_back(i + 1);
  for (std::size_t i = kBlock; i <= text.size(); i += kBlock)
    blocks_.push_back(blocks_.back() + characters(text.substr(i - kBlock, kBlock)));
}

std::size_t LineIndex::characters_before(std::size_t offset) const {
  const std::size_t block = offset / kBlock;
  return blocks_[block] + characters(text_.substr(block * kBlock, offset - block * kBlock));
}

Position LineIndex::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto line = std::upper_bound(lines_.begin(), lines_.end(), offset) - 1;
  const std::size_t column = characters_before(offset) - characters_before(*line);
  return {static_cast<int>(line - lines_.begin()) + 1, static_cast<int>(column) + 1};
}

}  // namespace crmsync::config
