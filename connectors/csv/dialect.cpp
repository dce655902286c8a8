#include "connectors/csv/dialect.h"

#include <array>
#include <cstddef>

namespace crmsync::connectors::csv {

char detect_delimiter(std::string_view head) noexcept {
  constexpr std::string_view kCandidates = ",;\t|";
  std::array<std::size_t, kCandidates.size()> count{};
  bool quoted = false;
  bool in_header = false;
  for (const char c : head) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c != '\n' && c != '\r')
      in_header = true;
    else if (in_header)
      break;  // empty lines before the header are skipped
    const auto candidate = kCandidates.find(c);
    if (candidate != std::string_view::npos) ++count[candidate];
  }
  std::size_t best = 0;
  for (std::size_t i = 1; i < count.size(); ++i)
    if (count[i] > count[best]) best = i;
  return kCandidates[best];
}

}  // namespace crmsync::connectors::csv
