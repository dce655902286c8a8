// Reads one export file as records, from its header or from any row on. Used by the connector, page by page.
#pragma once

#include <memory>

#include "connectors/csv/row_codec.h"
#include "connectors/csv/text_file.h"
#include "connectors/csv/tokenizer.h"

namespace crmsync::connectors::csv {

struct Position {
  std::uint64_t offset = 0;  // of the text; 0: from the first row
  std::uint64_t line = 0;
};

class RowReader {
 public:
  // Reads the header and goes on at `position`.
  static Result<std::unique_ptr<RowReader>> open(const FileIdentity& file, const nlohmann::json& options,
                                                 const Position& position);

  enum class Row { record, bad, end };
  // record: `to` is filled. bad: bad() says which row and why. end: no more rows; doubt() says whether the file is cut.
  Row next(domain::RemoteRecord& to);
  const std::string& bad() const noexcept { return bad_; }
  const std::string& doubt() const noexcept { return doubt_; }
  Position position() const { return {tokenizer_->offset(), tokenizer_->lines()}; }
  Result<void> unchanged() const { return file_.unchanged(); }
  const RowCodec& codec() const noexcept { return *codec_; }

 private:
  explicit RowReader(TextFile file) : file_(std::move(file)) {}
  Result<void> read_header(const nlohmann::json& options);
  Row bad_row(std::string why);

  TextFile file_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<RowCodec> codec_;
  std::vector<std::string_view> cells_;
  std::string bad_;
  std::string doubt_;
  std::string path_;
};

}  // namespace crmsync::connectors::csv
