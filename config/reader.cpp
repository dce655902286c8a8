#include "config/reader.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace crmsync::config {

namespace {

constexpr int kMaxNodes = 100000;  // an alias bomb is larger

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string join(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  return *std::min_element(known.begin(), known.end(),
                           [&](const auto& a, const auto& b) { return distance(word, a) < distance(word, b); });
}

std::optional<std::chrono::milliseconds> parse_duration(const std::string& text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || n < 0 || n > 1'000'000'000) return std::nullopt;
  const std::string unit(end, text.data() + text.size());
  for (const auto& [name, factor] :
       {std::pair{"ms", 1LL}, {"s", 1000LL}, {"m", 60'000LL}, {"h", 3'600'000LL}, {"d", 86'400'000LL}})
    if (unit == name) return std::chrono::milliseconds(n * factor);
  return std::nullopt;
}

void Reader::problem(const YAML::Mark& at, std::string message) {
  problems_.push_back({file_, std::max(at.line, 0) + 1, std::max(at.column, 0) + 1, std::move(message)});
}

std::vector<Problem> Reader::take() {
  std::stable_sort(problems_.begin(), problems_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return std::move(problems_);
}

void Reader::check_keys(const YAML::Node& map, const std::vector<std::string>& known) {
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto key = entry.first.Scalar();
    if (!seen.insert(key).second) problem(entry.first, "the key \"" + key + "\" stands twice");
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    problem(entry.first, "unknown key \"" + key + "\"; did you mean \"" + nearest(key, known) + "\"?");
  }
}

bool Reader::is_map(const YAML::Node& node, const char* what) {
  if (node.IsMap()) return true;
  problem(node, std::string(what) + " has to be a mapping (key: value)");
  return false;
}

void Reader::text(const YAML::Node& map, const char* key, std::string& to) {
  const auto node = map[key];
  if (!node) return;
  if (!node.IsScalar() || node.Scalar().empty())
    problem(node, std::string(key) + " has to be a text");
  else if (node.Scalar().find('\0') != std::string::npos)
    problem(node, std::string(key) + " holds a zero byte");
  else
    to = node.Scalar();
}

std::optional<std::string> Reader::word(const YAML::Node& map, const char* key,
                                        const std::vector<std::string>& allowed) {
  std::string value;
  text(map, key, value);
  if (value.empty()) return std::nullopt;
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  problem(map[key], std::string(key) + " is one of " + join(allowed) + ", not \"" + value + "\"");
  return std::nullopt;
}

void Reader::boolean(const YAML::Node& map, const char* key, const char* yes, const char* no, bool& to) {
  if (const auto value = word(map, key, {yes, no})) to = *value == yes;
}

void Reader::number(const YAML::Node& map, const char* key, std::int64_t least, std::int64_t& to) {
  const auto node = map[key];
  if (!node) return;
  const std::string value = node.IsScalar() ? node.Scalar() : "";
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
  if (value.empty() || error != std::errc() || end != value.data() + value.size() || n < least)
    problem(node, std::string(key) + " has to be a whole number of at least " + std::to_string(least));
  else
    to = n;
}

void Reader::fraction(const YAML::Node& map, const char* key, double least, double most, double& to) {
  const auto node = map[key];
  if (!node) return;
  try {
    const double value = node.as<double>();
    if (value >= least && value <= most) {
      to = value;
      return;
    }
  } catch (const YAML::Exception&) {
  }
  problem(node, std::string(key) + " has to be a number from " + std::to_string(static_cast<int>(least)) + " to " +
                    std::to_string(static_cast<int>(most)));
}

void Reader::duration(const YAML::Node& map, const char* key, std::chrono::milliseconds least,
                      std::chrono::milliseconds& to) {
  std::string value;
  text(map, key, value);
  if (value.empty()) return;
  const auto parsed = parse_duration(value);
  if (!parsed)
    problem(map[key], std::string(key) + " has to be a duration such as 250ms, 10s, 5m, 24h or 7d");
  else if (*parsed < least)
    problem(map[key], std::string(key) + " has to be at least " + std::to_string(least.count()) + "ms");
  else
    to = *parsed;
}

nlohmann::json Reader::json(const YAML::Node& node) {
  if (++nodes_ > kMaxNodes) return nullptr;
  if (node.IsMap()) {
    auto object = nlohmann::json::object();
    for (const auto& entry : node) object[entry.first.Scalar()] = json(entry.second);
    return object;
  }
  if (node.IsSequence()) {
    auto list = nlohmann::json::array();
    for (const auto& item : node) list.push_back(json(item));
    return list;
  }
  return node.IsScalar() ? nlohmann::json(node.Scalar()) : nlohmann::json();
}

}  // namespace crmsync::config
