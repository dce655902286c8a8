// Reads one export file as records, from its header or from any row on. Used by the connector, page by page.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/csv/options.h"
#include "connectors/csv/row_codec.h"
#include "connectors/csv/text_file.h"
#include "connectors/csv/tokenizer.h"

namespace crmsync::connectors::csv {

// Where the next row starts.
struct Position {
  std::uint64_t offset = 0;  // of the text; 0: at the first row
  std::uint64_t line = 0;    // lines before it
  Anchor anchor;
  bool operator==(const Position&) const = default;
};

class RowReader {
 public:
  // Reads the header and goes on at `position`.
  static Result<std::unique_ptr<RowReader>> open(const FileIdentity& file, const Options& options,
                                                 const Position& position);

  enum class Row { record, bad, end };
  // record: `to` is filled, and its strings are reused. bad: bad() says which row and why. end: no more rows; doubt()
  // says, when it is not empty, why the file seems to be cut short.
  Row next(domain::RemoteRecord& to);
  const std::string& bad() const noexcept { return bad_; }
  const std::string& why_bad() const noexcept { return why_bad_; }        // the same without file and line
  std::uint64_t line() const noexcept { return tokenizer_->row_line(); }  // on which the last row began, from 1
  const std::string& doubt() const noexcept { return doubt_; }
  // Identifies that doubt: this file as it is now.
  std::string doubt_token() const;

  Position position();
  Result<void> unchanged() const { return file_.unchanged(); }
  const RowCodec& codec() const noexcept { return *codec_; }
  Encoding encoding() const noexcept { return file_.encoding(); }
  char delimiter() const noexcept { return delimiter_; }

 private:
  RowReader(TextFile file, FileIdentity identity);
  Result<void> read_header(const Options& options);
  void start_tokenizer();
  bool is_footer(RowEnd end) const;
  Row bad_row(std::string why);
  Row at_end();

  TextFile file_;
  FileIdentity identity_;
  char delimiter_ = ',';
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<RowCodec> codec_;
  std::vector<std::string_view> cells_;
  std::string bad_;
  std::string why_bad_;
  std::string doubt_;
  bool in_footer_ = false;
};

}  // namespace crmsync::connectors::csv
