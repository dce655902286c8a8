#include "connectors/csv/probe.h"

#include <unistd.h>

#include <filesystem>

#include "connectors/csv/export_files.h"
#include "connectors/csv/row_reader.h"
#include "connectors/csv/settle.h"

namespace crmsync::connectors::csv {

namespace {

constexpr std::size_t kSamples = 3;
constexpr int kRowsLookedAt = 1000;  // for samples

std::string found_text(const Options& options, const std::vector<FileIdentity>& files) {
  if (files.size() == 1)
    return files.front().path + ", " + std::to_string(files.front().size) + " bytes" +
           (options.read == ReadWhich::newest && options.path != files.front().path ? ", the newest" : "");
  return std::to_string(files.size()) + " files, the first is " + files.front().path;
}

std::string delimiter_text(char delimiter) {
  switch (delimiter) {
    case '\t': return "tab";
    case ';': return "semicolon";
    case '|': return "bar";
    default: return "comma";
  }
}

std::string encoding_text(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf16_le: return "UTF-16 LE";
    case Encoding::utf16_be: return "UTF-16 BE";
    case Encoding::utf8: break;
  }
  return "UTF-8 (cells that are not are read as Windows-1252)";
}

std::string columns_text(const Columns& columns) {
  const auto name = [&](std::size_t column) { return "\"" + columns.header[column] + "\""; };
  std::string text = "recognised by " + columns.known_as + ": email = " + name(columns.email);
  text += ", id = " + (columns.id ? name(*columns.id) : "none, the address in lower case is the identity");
  text += ", modified_at = " + (columns.modified_at ? name(*columns.modified_at) : "none");
  text += ", name =";
  if (columns.name.empty()) text += " none";
  for (const auto column : columns.name) text += " " + name(column);
  if (columns.deleted) text += ", deleted = " + name(*columns.deleted);
  return text;
}

std::string opt_out_text(const Columns& columns) {
  std::string text;
  for (const auto& condition : columns.conditions)
    text += (text.empty() ? "opted out when \"" : " or \"") + columns.header[condition.column] + "\" = \"" +
            condition.equals + "\"";
  if (!text.empty()) return text;
  if (columns.opted_out) return "\"" + columns.header[*columns.opted_out] + "\"";
  return columns.otherwise == true ? "everybody in this file is opted out" : "nobody in this file is opted out";
}

void look_into(const FileIdentity& file, const Options& options, Probe& probe) {
  auto opened = RowReader::open(file, options, {});
  if (!opened) {
    probe.verdicts.push_back({"header understood", false, opened.error().message});
    return;
  }
  RowReader& reader = **opened;
  const Columns& columns = reader.codec().columns();
  probe.verdicts.push_back({"readable", true,
                            encoding_text(reader.encoding()) + ", separated by " + delimiter_text(reader.delimiter()) +
                                ", " + std::to_string(columns.header.size()) + " columns"});
  probe.verdicts.push_back({"header understood", true, columns_text(columns)});
  const bool known = columns.opt_out_problem.empty();
  probe.verdicts.push_back({"opt-out column", known, known ? opt_out_text(columns) : columns.opt_out_problem});
  domain::RemoteRecord record;
  for (int i = 0; i < kRowsLookedAt && probe.samples.size() < kSamples; ++i) {
    const auto row = reader.next(record);
    if (row == RowReader::Row::end) break;
    if (row == RowReader::Row::record) probe.samples.push_back(record);
    if (row == RowReader::Row::bad && i == 0) probe.verdicts.push_back({"first row", false, reader.bad()});
  }
}

ProbeVerdict outgoing_verdict(const std::string& folder) {
  if (folder.empty()) return {"outgoing folder", true, "not configured: opt-outs are not told to the CRM"};
  std::error_code error;
  const bool writable = std::filesystem::is_directory(folder, error) && ::access(folder.c_str(), W_OK | X_OK) == 0;
  return {"outgoing folder", writable,
          writable ? folder
                   : folder +
                         " is not a folder that crmsyncd may write to; create it and give it to the user that "
                         "crmsyncd runs as"};
}

}  // namespace

Probe probe_export(const Options& options) {
  Probe probe;
  const auto files = find_export(options);
  probe.verdicts.push_back(
      {"export found", files.has_value(), files ? found_text(options, *files) : files.error().message});
  if (files) {
    const FileIdentity& file = options.read == ReadWhich::newest ? files->back() : files->front();
    if (writer_of(file.path) == Writer::somebody)
      probe.verdicts.push_back({"finished", false, file.path + " is still being written"});
    try {
      look_into(file, options, probe);
    } catch (const std::runtime_error& error) {
      probe.verdicts.push_back({"readable", false, error.what()});
    }
  }
  probe.verdicts.push_back(outgoing_verdict(options.outgoing));
  return probe;
}

}  // namespace crmsync::connectors::csv
