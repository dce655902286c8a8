#include "daemon/engine/import_file.h"

#include <algorithm>
#include <filesystem>

#include "connectors/csv/row_reader.h"
#include "core/domain/email_address.h"

namespace crmsync::engine {

namespace {

using connectors::csv::Position;
using connectors::csv::RowReader;
using nlohmann::json;

json to_json(const Position& at) {
  return {{"offset", at.offset}, {"line", at.line}, {"text", at.anchor.text}, {"byte", at.anchor.byte}};
}

Position position_of(const json& text) {
  Position at;
  if (text.is_null()) return at;
  at.offset = text.at("offset"), at.line = text.at("line");
  at.anchor.text = text.at("text"), at.anchor.byte = text.at("byte");
  return at;
}

json to_json(const ImportColumns& columns) {
  json all = json::object();
  if (columns.email) all["email"] = *columns.email;
  if (columns.opted_out) all["opted_out"] = *columns.opted_out;
  if (!columns.name.empty()) all["name"] = columns.name;
  return all;
}

ImportColumns columns_of(const json& text) {
  ImportColumns columns;
  if (text.contains("email")) columns.email = text.at("email");
  if (text.contains("opted_out")) columns.opted_out = text.at("opted_out");
  if (text.contains("name")) columns.name = text.at("name").get<std::vector<std::string>>();
  return columns;
}

// What an export writes in front of a cell that a spreadsheet would calculate.
std::string without_guard(const std::string& cell) {
  const bool guarded =
      cell.size() > 1 && cell[0] == '\'' && std::string_view("=+-@").find(cell[1]) != std::string::npos;
  return guarded ? cell.substr(1) : cell;
}

// Errors of the reader begin with the file's path, which is ours and means nothing to who sent the file.
std::string without_path(std::string message, const std::string& path) {
  for (const std::string& prefix : {path + ": ", "the export " + path + " ", "The export " + path + " "})
    if (message.starts_with(prefix))
      return "the file " + message.substr(message.starts_with(path) ? prefix.size() - 2 : prefix.size());
  for (auto at = message.find(path); at != std::string::npos; at = message.find(path))
    message.replace(at, path.size(), "file");
  return message;
}

}  // namespace

ImportFile::ImportFile(std::string path, ImportColumns columns)
    : path_(std::move(path)), columns_(std::move(columns)) {}
ImportFile::~ImportFile() = default;

Result<std::unique_ptr<ImportFile>> ImportFile::open(const std::string& path, const ImportColumns& columns) {
  std::unique_ptr<ImportFile> file(new ImportFile(path, columns));
  if (auto begun = file->begin(nullptr); !begun) return begun.error();
  return file;
}

Result<std::unique_ptr<ImportFile>> ImportFile::resume(const std::string& place) {
  const auto text = json::parse(place, nullptr, false);
  if (!text.is_object()) return Error(ErrorKind::protocol, "the import's place in its file is damaged");
  std::unique_ptr<ImportFile> file(new ImportFile(text.at("file"), columns_of(text.at("columns"))));
  if (auto begun = file->begin(text.at("position")); !begun) return begun.error();
  return file;
}

Result<void> ImportFile::begin(const nlohmann::json& position) {
  const auto identity = connectors::csv::identify(path_);
  if (!identity) return Error(identity.error().kind, "the uploaded file is gone");
  connectors::csv::Options options;
  options.path = path_, options.columns = columns_;
  auto reader = RowReader::open(*identity, options, position_of(position));
  if (!reader) return Error(reader.error().kind, without_path(reader.error().message, path_));
  reader_ = std::move(*reader);
  return {};
}

store::ImportRow ImportFile::row_of(const domain::RemoteRecord& record) const {
  store::ImportRow row;
  row.line = reader_->line();
  std::string why;
  const auto address = domain::parse_email_address(without_guard(record.email), &why);
  if (record.email.empty())
    row.error = "the row has no address";
  else if (!address)
    row.error = "the address is not one: " + why;
  // A file that says nothing about anybody lists people; a cell that is not understood is not "subscribed".
  else if (!record.opted_out && reader_->codec().columns().opted_out)
    row.error = "the column " + mapping().opted_out + " holds neither yes nor no";
  if (!row.error.empty()) return row;
  row.address = address->identity, row.display = address->display, row.name = without_guard(record.name);
  row.opted_out = record.opted_out.value_or(false);
  return row;
}

ImportRows ImportFile::next(std::size_t wanted) {
  try {
    return read(wanted);
  } catch (const std::runtime_error& error) {
    throw UnreadableFile(without_path(error.what(), path_));
  }
}

ImportRows ImportFile::read(std::size_t wanted) {
  ImportRows batch;
  domain::RemoteRecord record;
  while (batch.rows.size() < wanted && !batch.last) {
    switch (reader_->next(record)) {
      case RowReader::Row::record: batch.rows.push_back(row_of(record)); break;
      case RowReader::Row::bad: {
        store::ImportRow row;
        row.line = reader_->line(), row.error = reader_->why_bad();
        batch.rows.push_back(std::move(row));
        break;
      }
      case RowReader::Row::end: batch.last = true; break;
    }
  }
  if (batch.last) batch.doubt = without_path(reader_->doubt(), path_);
  batch.place = place();
  return batch;
}

std::string ImportFile::place() const {
  return json{{"file", path_}, {"columns", to_json(columns_)}, {"position", to_json(reader_->position())}}.dump();
}

ImportFile::Mapping ImportFile::mapping() const {
  const auto& columns = reader_->codec().columns();
  Mapping mapping{columns.header, columns.known_as, columns.header.at(columns.email), {}, ""};
  for (const auto column : columns.name) mapping.name.push_back(columns.header.at(column));
  if (columns.opted_out) mapping.opted_out = columns.header.at(*columns.opted_out);
  return mapping;
}

void remove_leftovers(const std::string& prefix, std::span<const std::string> open) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path folder = fs::path(prefix).parent_path();
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored)) {
    const std::string path = entry.path().string();
    if (!path.starts_with(prefix)) continue;
    const bool used = std::any_of(open.begin(), open.end(), [&](const auto& place) {
      const auto text = json::parse(place, nullptr, false);
      return text.is_object() && text.value("file", "") == path;
    });
    if (!used) fs::remove(entry.path(), ignored);
  }
}

}  // namespace crmsync::engine
