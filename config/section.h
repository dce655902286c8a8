// Reads one map of the configuration, key by key, and collects what is wrong with it. Used by the loader.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/keys.h"
#include "config/loader.h"

namespace crmsync::config {

class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}
  void add(Position at, std::string message);
  std::size_t count() const noexcept { return problems_.size(); }
  // In the order of the file.
  std::vector<Problem> take() &&;

 private:
  std::string file_;
  std::vector<Problem> problems_;
};

// A value of a user in a message: shortened, and without characters that would upset a terminal.
std::string in_quotes(std::string_view text);

class Section {
 public:
  // `options`: keys beside those of the part. A node that is not a map is reported by map_of() and the like, so it must
  // be one here. Call finish() when every key has been asked for.
  Section(const Node& map, Part part, Problems& problems, std::span<const std::string_view> options = {});

  Position at() const noexcept { return map_.at; }
  Position at(std::string_view key) const;  // of the value, or of the map where there is none
  bool has(std::string_view key) const noexcept { return map_.find(key) != nullptr; }

  // Each: nullopt or nullptr when the key is not there, or is wrong, which is reported.
  const Node* value(std::string_view key);
  const Node* map(std::string_view key);
  const Node* list(std::string_view key);
  std::optional<std::string> text(std::string_view key);  // one line, not empty
  std::optional<std::string> any_text(std::string_view key);
  std::optional<std::string> id(std::string_view key);
  std::optional<std::string> path(std::string_view key, const std::string& folder);
  std::optional<std::int64_t> whole(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<double> percent(std::string_view key);
  std::optional<std::chrono::milliseconds> duration(std::string_view key, std::chrono::milliseconds least,
                                                    std::chrono::milliseconds most);
  // The place of the word in `words`.
  std::optional<std::size_t> word(std::string_view key, std::span<const std::string_view> words);

  void require(std::string_view key);
  // Refuses the keys that nobody knows. Throws std::logic_error when a key of the part was not asked for: a key that is
  // accepted and ignored would be a bug.
  void finish(bool quote_unknown = true);

 private:
  std::string unknown(const Entry& entry) const;

  const Node& map_;
  Problems& problems_;
  std::vector<std::string_view> known_;
  std::set<std::string_view> asked_;
};

}  // namespace crmsync::config
