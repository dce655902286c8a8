#include "connectors/csv/row_reader.h"

#include <algorithm>
#include <filesystem>

#include "connectors/csv/dialect.h"
#include "connectors/csv/encoding.h"

namespace crmsync::connectors::csv {

namespace {

std::string cells_text(std::size_t n) { return std::to_string(n) + (n == 1 ? " column" : " columns"); }

}  // namespace

RowReader::RowReader(TextFile file, FileIdentity identity) : file_(std::move(file)), identity_(std::move(identity)) {}

Result<std::unique_ptr<RowReader>> RowReader::open(const FileIdentity& identity, const Options& options,
                                                   const Position& position) {
  auto file = TextFile::open(identity);
  if (!file) return file.error();
  std::unique_ptr<RowReader> reader(new RowReader(std::move(*file), identity));
  if (auto done = reader->read_header(options); !done) return done.error();
  if (position.offset != 0) {
    reader->file_.resume(position.offset, position.anchor);
    reader->start_tokenizer();
    reader->tokenizer_->set_offset(position.offset);
    reader->tokenizer_->set_lines(position.line);
  }
  return reader;
}

void RowReader::start_tokenizer() {
  TextFile* source = &file_;
  tokenizer_ = std::make_unique<Tokenizer>(delimiter_, [source](std::string& out) { return source->read(out); });
}

Result<void> RowReader::read_header(const Options& options) {
  const auto unreadable = [&](const std::string& why) {
    return Error(ErrorKind::transient, "the export " + identity_.path + " " + why);
  };
  std::string head;
  file_.read(head);
  if (head.empty()) return unreadable("is empty; a header line is needed");
  delimiter_ = detect_delimiter(head);
  file_.rewind();
  start_tokenizer();
  const RowEnd end = tokenizer_->next(cells_);
  if (end != RowEnd::line && end != RowEnd::end_of_file) return unreadable("has no readable header line");
  if (tokenizer_->has_nul())
    return unreadable("has NUL bytes in its header: write it as UTF-8, or as UTF-16 with a byte order mark");
  if (end == RowEnd::end_of_file)
    doubt_ = "The export " + identity_.path + " ends in its header line: it may be cut short.";
  std::vector<std::string> header;
  for (const auto cell : cells_) header.push_back(is_utf8(cell) ? std::string(cell) : from_windows_1252(cell));
  const std::string name = std::filesystem::path(identity_.path).filename().string();
  auto columns = map_columns(std::move(header), name, options);
  if (!columns) return Error(columns.error().kind, identity_.path + ": " + columns.error().message);
  codec_ = std::make_unique<RowCodec>(std::move(*columns), options.opted_out_values);
  return {};
}

Position RowReader::position() {
  const std::uint64_t offset = tokenizer_->offset();
  return {offset, tokenizer_->lines(), file_.anchor_for(offset)};
}

std::string RowReader::doubt_token() const {
  std::string token = "csv:" + identity_.path + ":" + std::to_string(identity_.size) + ":" +
                      std::to_string(identity_.modified_ns) + ":" + file_.tail_hash();
  std::replace(token.begin(), token.end(), '\n', ' ');  // tokens are kept in lines
  return token;
}

RowReader::Row RowReader::bad_row(std::string why) {
  why_bad_ = std::move(why);
  bad_ = identity_.path + ", line " + std::to_string(tokenizer_->row_line()) + ": " + why_bad_;
  return Row::bad;
}

RowReader::Row RowReader::at_end() {
  if (file_.ends_inside_character() && doubt_.empty())
    doubt_ = "The export " + identity_.path + " ends inside a character: it is cut short.";
  return Row::end;
}

// Reports end with an empty line and some lines of one cell: the report's name, whose it is, when it was made.
bool RowReader::is_footer(RowEnd end) const {
  const bool one_cell = cells_.size() == 1 && codec_->columns().header.size() > 1;
  const bool whole = end == RowEnd::line || tokenizer_->last_cell_closed();
  return codec_->columns().has_footer && one_cell && whole && (in_footer_ || tokenizer_->after_empty_line());
}

RowReader::Row RowReader::next(domain::RemoteRecord& to) {
  while (true) {
    const RowEnd end = tokenizer_->next(cells_);
    const std::size_t expected = codec_->columns().header.size();
    if (end == RowEnd::none) return at_end();
    if (end == RowEnd::too_long) return bad_row("the row is longer than 1 MiB (a quote that is never closed?)");
    if (end == RowEnd::cut) {
      doubt_ = "The export " + identity_.path + " ends inside a row: it is cut short.";
      return Row::end;
    }
    in_footer_ = is_footer(end);
    if (in_footer_) continue;
    if (tokenizer_->has_nul()) return bad_row("the row has a NUL byte");
    if (end == RowEnd::end_of_file && cells_.size() < expected) {
      doubt_ = "The last line of the export " + identity_.path + " has " + std::to_string(cells_.size()) + " of " +
               cells_text(expected) + ": it is cut short.";
      return Row::end;
    }
    if (cells_.size() != expected)
      return bad_row("the row has " + cells_text(cells_.size()) + ", the header " + std::to_string(expected));
    codec_->decode(cells_, end == RowEnd::end_of_file && !tokenizer_->last_cell_closed(), to);
    if (to.external_id.empty()) return bad_row("the row has neither an id nor an address");
    return Row::record;
  }
}

}  // namespace crmsync::connectors::csv
