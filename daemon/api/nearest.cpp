#include "daemon/api/nearest.h"

#include <algorithm>
#include <numeric>

namespace crmsync::api {

namespace {

constexpr std::size_t kLongest = 64;  // longer words are not typing mistakes

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_of(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = word.size() / 3 + 2;
  if (word.size() > kLongest) return best;
  for (const auto& name : known) {
    const std::size_t d = distance(word, name);
    if (d < least) least = d, best = name;
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest_of(word, known);
  if (!near.empty()) return "Did you mean \"" + near + "\"?";
  if (known.empty()) return "None is known here.";
  std::string list = "Known are ";
  for (std::size_t i = 0; i < known.size(); ++i) list += (i == 0 ? "\"" : ", \"") + known[i] + "\"";
  return list + ".";
}

}  // namespace crmsync::api
