// CSV files, read as the csv connector and the import read them: in one go, and again from a place in the middle.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "connectors/csv/row_reader.h"
#include "tests/fuzz/target.h"

using namespace crmsync;
using namespace crmsync::connectors::csv;

namespace {

// A file in memory with a path, as the reader wants it.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(memfd_create("export.csv", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || write(descriptor_, data, size) != static_cast<ssize_t>(size)) std::abort();
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

struct Row {
  std::string id, email, name;
  std::optional<bool> opted_out;
  bool operator==(const Row&) const = default;
};

std::vector<Row> read_on(RowReader& reader, std::size_t stop, bool& ended) {
  std::vector<Row> rows;
  domain::RemoteRecord record;
  ended = false;
  while (rows.size() < stop) {
    const auto kind = reader.next(record);
    if (kind == RowReader::Row::end) {
      ended = true;
      break;
    }
    if (kind == RowReader::Row::record)
      rows.push_back({record.external_id, record.email, record.name, record.opted_out});
    else
      rows.push_back({"bad", reader.why_bad(), "", std::nullopt});
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kAll = 100'000;
  const MemoryFile file(data, size);
  Options options;
  options.path = file.path();
  const auto identity = identify(options.path);
  if (!identity) return 0;
  auto reader = RowReader::open(*identity, options, {});
  if (!reader) return 0;
  bool ended = false;
  const auto all = read_on(**reader, kAll, ended);
  // What is read in two parts is the same.
  auto first = RowReader::open(*identity, options, {});
  auto rows = read_on(**first, all.size() / 2, ended);
  const auto position = (*first)->position();
  auto second = RowReader::open(*identity, options, position);
  if (!second) std::abort();
  const auto rest = read_on(**second, kAll, ended);
  rows.insert(rows.end(), rest.begin(), rest.end());
  if (position.offset != 0 && rows != all) std::abort();
  return 0;
}
