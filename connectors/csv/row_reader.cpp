#include "connectors/csv/row_reader.h"

#include <algorithm>
#include <array>

namespace crmsync::connectors::csv {

namespace {

// The delimiter that splits the header line into most cells; a comma where nothing does.
char detect_delimiter(std::string_view head) {
  const auto line = head.substr(0, head.find_first_of("\r\n"));
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char candidate : {',', ';', '\t', '|'}) {
    bool quoted = false;
    std::ptrdiff_t n = 0;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (c == candidate && !quoted) ++n;
    }
    if (n > most) most = n, best = candidate;
  }
  return best;
}

std::vector<std::string> text_list(const nlohmann::json& options, const char* key) {
  return options.contains(key) ? options[key].get<std::vector<std::string>>() : std::vector<std::string>{};
}

}  // namespace

Result<std::unique_ptr<RowReader>> RowReader::open(const FileIdentity& identity, const nlohmann::json& options,
                                                   const Position& position) {
  auto file = TextFile::open(identity);
  if (!file) return file.error();
  std::unique_ptr<RowReader> reader(new RowReader(std::move(*file)));
  reader->path_ = identity.path;
  if (auto done = reader->read_header(options); !done) return done.error();
  if (position.offset != 0) {
    reader->file_.seek(position.offset);
    const char delimiter = reader->tokenizer_->delimiter();
    TextFile* source = &reader->file_;
    reader->tokenizer_ =
        std::make_unique<Tokenizer>(delimiter, [source](std::string& out) { return source->read(out); });
    reader->tokenizer_->set_offset(position.offset);
    reader->tokenizer_->set_lines(position.line);
  }
  return reader;
}

Result<void> RowReader::read_header(const nlohmann::json& options) {
  std::string head;
  file_.read(head);
  if (head.empty()) return Error(ErrorKind::protocol, "the export " + path_ + " is empty; a header line is needed");
  const char delimiter = detect_delimiter(head);
  file_.seek(0);
  TextFile* source = &file_;
  tokenizer_ = std::make_unique<Tokenizer>(delimiter, [source](std::string& out) { return source->read(out); });
  const RowEnd end = tokenizer_->next(cells_);
  if (end == RowEnd::none || end == RowEnd::cut || end == RowEnd::too_long)
    return Error(ErrorKind::protocol, "the export " + path_ + " has no readable header line");
  std::vector<std::string> header;
  for (const auto cell : cells_) header.push_back(is_utf8(cell) ? std::string(cell) : from_windows_1252(cell));
  auto columns = map_columns(header, options);
  if (!columns) return Error(columns.error().kind, path_ + ": " + columns.error().message);
  codec_ = std::make_unique<RowCodec>(std::move(*columns), text_list(options, "opted_out_values"));
  return {};
}

RowReader::Row RowReader::bad_row(std::string why) {
  bad_ = path_ + ", line " + std::to_string(tokenizer_->lines()) + ": " + std::move(why);
  return Row::bad;
}

RowReader::Row RowReader::next(domain::RemoteRecord& to) {
  const RowEnd end = tokenizer_->next(cells_);
  const std::size_t expected = codec_->columns().count;
  switch (end) {
    case RowEnd::none: return Row::end;
    case RowEnd::cut: doubt_ = "The export " + path_ + " ends inside a quoted cell: it is cut short."; return Row::end;
    case RowEnd::too_long: return bad_row("the row is longer than 1 MiB (a quote that is never closed?)");
    case RowEnd::end_of_file:
      if (cells_.size() < expected) {
        doubt_ = "The last line of the export " + path_ + " has " + std::to_string(cells_.size()) + " of " +
                 std::to_string(expected) + " columns: it is cut short.";
        return Row::end;
      }
      break;
    case RowEnd::line: break;
  }
  if (cells_.size() != expected)
    return bad_row("the row has " + std::to_string(cells_.size()) + " cells where the header has " +
                   std::to_string(expected));
  codec_->decode(cells_, end == RowEnd::end_of_file, to);
  if (to.external_id.empty()) return bad_row("the row has neither an id nor an address");
  return Row::record;
}

}  // namespace crmsync::connectors::csv
