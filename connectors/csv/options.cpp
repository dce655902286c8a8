#include "connectors/csv/options.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace crmsync::connectors::csv {

namespace {

using nlohmann::json;
using Problems = std::vector<OptionProblem>;

constexpr std::array<Option, 6> kTable{{
    {"path", Option::Type::text, true, "a file, a folder or a glob: the export to read"},
    {"read", Option::Type::text, false,
     "newest (default): the newest file is the truth; all: all files are parts of it"},
    {"outgoing", Option::Type::text, false, "folder for opt-outs that the CRM has to import"},
    {"columns", Option::Type::object, false, "which column is id, email, opted_out, modified_at, name"},
    {"opted_out_values", Option::Type::text_list, false, "what means opted out, case-insensitively"},
    {"opted_out_when", Option::Type::object, false, "conditions on columns, any of which means opted out"},
}};

constexpr std::array<std::string_view, 5> kColumns{"id", "email", "opted_out", "modified_at", "name"};

bool is_filled(const json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }

bool is_list_of_texts(const json& value) {
  return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_filled);
}

void check_text(const json& options, const char* key, Problems& problems) {
  if (options.contains(key) && !is_filled(options[key]))
    problems.push_back({key, "has to be a text that is not empty"});
}

void check_columns(const json& columns, Problems& problems) {
  if (!columns.is_object()) return problems.push_back({"columns", "has to be a list of names: { email: Email, ... }"});
  for (const auto& [key, value] : columns.items()) {
    const std::string place = "columns." + key;
    if (std::find(kColumns.begin(), kColumns.end(), key) == kColumns.end())
      problems.push_back({place, "is not a column that crmsyncd knows: id, email, opted_out, modified_at, name"});
    else if (key == "name" ? !is_filled(value) && !is_list_of_texts(value) : !is_filled(value))
      problems.push_back({place, key == "name" ? "has to be the name of a column, or a list of them"
                                               : "has to be the name of a column"});
  }
}

void check_conditions(const json& conditions, Problems& problems) {
  const auto is_condition = [](const json& one) {
    return one.is_object() && one.contains("field") && is_filled(one["field"]) && one.contains("equals") &&
           one["equals"].is_string();
  };
  if (!conditions.is_array() || conditions.empty() || !std::all_of(conditions.begin(), conditions.end(), is_condition))
    problems.push_back({"opted_out_when", "has to be a list of { field: COLUMN, equals: TEXT }"});
}

// The folder whose files `path` means.
std::filesystem::path folder_read(const std::string& path) {
  const std::filesystem::path given(path);
  std::error_code error;
  if (std::filesystem::is_directory(given, error)) return given;
  return given.has_parent_path() ? given.parent_path() : std::filesystem::path(".");
}

bool same_folder(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  const auto resolved = [&](const std::filesystem::path& one) {
    auto path = std::filesystem::weakly_canonical(one, error);
    return (error ? one : path).lexically_normal() / "";
  };
  return resolved(a).lexically_normal() == resolved(b).lexically_normal();
}

}  // namespace

std::span<const Option> option_table() { return kTable; }

std::vector<OptionProblem> check_options(const json& options) {
  Problems problems;
  if (!options.contains("path")) problems.push_back({"path", "is missing: the file, folder or glob of the export"});
  for (const char* key : {"path", "outgoing"}) check_text(options, key, problems);
  if (options.contains("read") && options["read"] != "newest" && options["read"] != "all")
    problems.push_back({"read", "has to be newest or all"});
  if (options.contains("columns")) check_columns(options["columns"], problems);
  if (options.contains("opted_out_values") && !is_list_of_texts(options["opted_out_values"]))
    problems.push_back({"opted_out_values", "has to be a list of texts"});
  if (options.contains("opted_out_when")) check_conditions(options["opted_out_when"], problems);
  if (!problems.empty() || !options.contains("outgoing")) return problems;
  if (same_folder(folder_read(options["path"]), options["outgoing"].get<std::string>()))
    problems.push_back(
        {"outgoing", "is the folder that is read: what crmsyncd writes there would be taken for an export"});
  return problems;
}

Options parse_options(const json& options) {
  Options parsed;
  parsed.path = options.at("path");
  parsed.read = options.value("read", "newest") == "all" ? ReadWhich::all : ReadWhich::newest;
  parsed.outgoing = options.value("outgoing", "");
  const json columns = options.value("columns", json::object());
  const auto name = [&](const char* key) {
    return columns.contains(key) ? std::optional<std::string>(columns[key].get<std::string>()) : std::nullopt;
  };
  parsed.columns.id = name("id");
  parsed.columns.email = name("email");
  parsed.columns.opted_out = name("opted_out");
  parsed.columns.modified_at = name("modified_at");
  if (columns.contains("name")) {
    const json& names = columns["name"];
    parsed.columns.name =
        names.is_array() ? names.get<std::vector<std::string>>() : std::vector<std::string>{names.get<std::string>()};
  }
  parsed.opted_out_values = options.value("opted_out_values", std::vector<std::string>());
  for (const json& condition : options.value("opted_out_when", json::array()))
    parsed.opted_out_when.push_back({condition.at("field"), condition.at("equals")});
  return parsed;
}

}  // namespace crmsync::connectors::csv
