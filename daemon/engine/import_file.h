// An uploaded CSV file on its way into an account, read with the csv connector's reader: rows with their lines, and a
// place to go on from after a restart. Used by the job loop and by the route that takes files.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "connectors/csv/options.h"
#include "core/result.h"
#include "core/store/jobs.h"

namespace crmsync::connectors::csv {
class RowReader;
}

namespace crmsync::engine {

struct UnreadableFile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ImportRows {
  std::vector<store::ImportRow> rows;
  std::string place;  // behind them
  bool last = false;
  std::string doubt;  // with last: why the file seems to be cut
};

// Which column means what, as far as it is not to be found by its name.
using ImportColumns = connectors::csv::ColumnNames;

class ImportFile {
 public:
  // The errors are about the header; they name the column and the cure, and not the file.
  static Result<std::unique_ptr<ImportFile>> open(const std::string& path, const ImportColumns& columns);
  // Goes on where an earlier one was; `place`: what that one said of itself.
  static Result<std::unique_ptr<ImportFile>> resume(const std::string& place);
  ~ImportFile();

  // Throws UnreadableFile when the file cannot be read any more.
  ImportRows next(std::size_t rows);
  std::string place() const;
  const std::string& path() const noexcept { return path_; }

  struct Mapping {
    std::vector<std::string> header;
    std::string known_as;
    std::string email;
    std::vector<std::string> name;
    std::string opted_out;  // empty: the file does not say, whoever is listed is subscribed
  };
  Mapping mapping() const;

 private:
  ImportFile(std::string path, ImportColumns columns);
  Result<void> begin(const nlohmann::json& position);
  ImportRows read(std::size_t rows);
  store::ImportRow row_of(const domain::RemoteRecord& record) const;

  std::string path_;
  ImportColumns columns_;
  std::unique_ptr<connectors::csv::RowReader> reader_;
};

// The files of imports that nobody works on any more are removed. `open`: the places of those that somebody does.
void remove_leftovers(const std::string& prefix, std::span<const std::string> open);

}  // namespace crmsync::engine
