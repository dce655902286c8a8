#include "config/section.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <tuple>

#include "config/values.h"

namespace crmsync::config {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }

std::string join(std::span<const std::string_view> words) {
  std::string all;
  for (const auto word : words) all.append(all.empty() ? "" : ", ").append(word);
  return all;
}

}  // namespace

std::string Problem::to_string() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
}

void Problems::add(Position at, std::string message) {
  problems_.push_back({file_, at.line, at.column, std::move(message)});
}

std::vector<Problem> Problems::take() && {
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return std::move(problems_);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 40;
  const bool cut = text.size() > longest;
  std::size_t end = cut ? longest : text.size();
  while (cut && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
  std::string shown(text.substr(0, end));
  std::replace_if(shown.begin(), shown.end(), is_control, ' ');
  return '"' + shown + (cut ? "...\"" : "\"");
}

Section::Section(const Node& map, Part part, Problems& problems, std::span<const std::string_view> options)
    : map_(map), problems_(problems) {
  const auto keys = keys_of(part);
  known_.assign(keys.begin(), keys.end());
  known_.insert(known_.end(), options.begin(), options.end());
}

Position Section::at(std::string_view key) const {
  const Entry* entry = map_.find(key);
  return entry == nullptr ? map_.at : entry->value.at;
}

const Node* Section::value(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end())
    throw std::logic_error("the configuration has no key " + std::string(key));
  asked_.insert(key);
  const Entry* entry = map_.find(key);
  if (entry == nullptr || entry->value.kind == Node::Kind::broken) return nullptr;
  if (entry->value.kind != Node::Kind::null) return &entry->value;
  problems_.add(entry->value.at, std::string(key) +
                                     " has no value: give it one (in quotes if it is a word like null), "
                                     "or remove the key");
  return nullptr;
}

const Node* Section::map(std::string_view key) {
  const Node* node = value(key);
  if (node == nullptr || node->kind == Node::Kind::map) return node;
  problems_.add(node->at, std::string(key) + " has to be a map of keys and values");
  return nullptr;
}

const Node* Section::list(std::string_view key) {
  const Node* node = value(key);
  if (node == nullptr || node->kind == Node::Kind::list) return node;
  problems_.add(node->at, std::string(key) + " has to be a list");
  return nullptr;
}

std::optional<std::string> Section::any_text(std::string_view key) {
  const Node* node = value(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == Node::Kind::scalar) return node->text;
  problems_.add(node->at, std::string(key) + " has to be a text");
  return std::nullopt;
}

std::optional<std::string> Section::text(std::string_view key) {
  constexpr std::size_t longest = 4096;
  auto text = any_text(key);
  if (!text) return std::nullopt;
  const char* wrong = text->empty()                                         ? " must not be empty"
                      : text->size() > longest                              ? " is longer than 4096 bytes"
                      : std::any_of(text->begin(), text->end(), is_control) ? " has to be one line without tabs"
                                                                            : nullptr;
  if (wrong == nullptr) return text;
  problems_.add(at(key), std::string(key) + wrong);
  return std::nullopt;
}

std::optional<std::string> Section::id(std::string_view key) {
  auto found = text(key);
  if (!found || is_id(*found)) return found;
  problems_.add(at(key), std::string(key) + " " + in_quotes(*found) +
                             " has to be 1 to 63 lower-case letters, digits, - and _, with a letter or digit first");
  return std::nullopt;
}

std::optional<std::string> Section::path(std::string_view key, const std::string& folder) {
  const auto found = text(key);
  if (!found) return std::nullopt;
  if (!found->ends_with('/')) return (std::filesystem::path(folder) / *found).lexically_normal().string();
  problems_.add(at(key), std::string(key) + " has to be a file, not a folder");
  return std::nullopt;
}

std::optional<std::int64_t> Section::whole(std::string_view key, std::int64_t least, std::int64_t most) {
  const Node* node = value(key);
  if (node == nullptr) return std::nullopt;
  const auto number = node->kind == Node::Kind::scalar && !node->quoted ? parse_whole(node->text) : std::nullopt;
  if (number && *number >= least && *number <= most) return number;
  problems_.add(node->at, std::string(key) + " has to be a whole number from " + std::to_string(least) + " to " +
                              std::to_string(most) + ", without quotes and zeros in front");
  return std::nullopt;
}

std::optional<double> Section::percent(std::string_view key) {
  const Node* node = value(key);
  if (node == nullptr) return std::nullopt;
  const auto number = node->kind == Node::Kind::scalar && !node->quoted ? parse_decimal(node->text) : std::nullopt;
  if (number && *number >= 0 && *number <= 100) return number;
  problems_.add(node->at, std::string(key) + " has to be a number from 0 to 100, without % and quotes");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> Section::duration(std::string_view key, std::chrono::milliseconds least,
                                                           std::chrono::milliseconds most) {
  const Node* node = value(key);
  if (node == nullptr) return std::nullopt;
  const auto duration = node->kind == Node::Kind::scalar ? parse_duration(node->text) : std::nullopt;
  if (!duration) {
    problems_.add(node->at, std::string(key) + " has to be a duration with its unit: 250ms, 10s, 5m, 24h or 7d");
  } else if (*duration < least || *duration > most) {
    problems_.add(node->at,
                  std::string(key) + " has to be from " + print_duration(least) + " to " + print_duration(most));
  } else {
    return duration;
  }
  return std::nullopt;
}

std::optional<std::size_t> Section::word(std::string_view key, std::span<const std::string_view> words) {
  const auto found = any_text(key);
  if (!found) return std::nullopt;
  const auto place = std::find(words.begin(), words.end(), *found);
  if (place != words.end()) return static_cast<std::size_t>(place - words.begin());
  problems_.add(at(key), std::string(key) + " has to be one of " + join(words) + ", not " + in_quotes(*found));
  return std::nullopt;
}

void Section::require(std::string_view key) {
  if (!has(key)) problems_.add(map_.at, std::string(key) + " is missing");
}

std::string Section::unknown(const Entry& entry) const {
  const std::string start = "unknown key " + in_quotes(entry.key);
  const auto colon = entry.key.find(':');
  if (colon != std::string::npos && entry.value.kind == Node::Kind::null)
    return start + "; a space is missing after the colon";
  const auto near = nearest(entry.key, known_);
  return near.empty() ? start + "; known here: " + join(known_) : start + "; did you mean " + in_quotes(near) + "?";
}

void Section::finish(bool quote_unknown) {
  for (const auto key : known_)
    if (!asked_.contains(key)) throw std::logic_error("the key " + std::string(key) + " is not read");
  for (const Entry& entry : map_.entries) {
    if (asked_.contains(entry.key)) continue;
    problems_.add(entry.at, quote_unknown ? unknown(entry) : "unknown key; known here: " + join(known_));
  }
}

}  // namespace crmsync::config
