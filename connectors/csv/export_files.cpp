#include "connectors/csv/export_files.h"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <tuple>

#include "connectors/csv/encoding.h"
#include "connectors/csv/text.h"

namespace crmsync::connectors::csv {

namespace {

namespace fs = std::filesystem;

bool ends_with_any(const std::string& name, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* ending) { return name.ends_with(ending); });
}

bool is_temporary(const std::string& name) {
  return name.starts_with('.') || ends_with_any(name, {".part", ".tmp", "~", ".filepart", ".crdownload", ".partial"});
}

bool is_in(const fs::path& folder, const fs::path& file) {
  std::error_code error;
  const auto parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
  return !folder.empty() && fs::equivalent(folder, parent, error);
}

Result<std::vector<std::string>> in_folder(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error))
    if (ends_with_any(lower(at->path().filename().string()), {".csv", ".tsv", ".txt"}))
      found.push_back(at->path().string());
  if (error)
    return Error(ErrorKind::transient, "cannot list the folder " + folder + ": " + error.message() +
                                           "; let the user that crmsyncd runs as read it");
  return found;
}

// What a glob does not find is no problem; a folder that nobody may look into is one.
int stop_at(const char* /*folder*/, int error) { return error == ENOENT || error == ENOTDIR ? 0 : 1; }

Result<std::vector<std::string>> by_glob(const std::string& pattern, ReadWhich read) {
  std::vector<std::string> found;
  glob_t result{};
  const int done = ::glob(pattern.c_str(), 0, read == ReadWhich::all ? stop_at : nullptr, &result);
  if (done == 0) found.assign(result.gl_pathv, result.gl_pathv + result.gl_pathc);
  ::globfree(&result);
  if (done == GLOB_ABORTED)
    return Error(ErrorKind::transient, "a folder that " + pattern +
                                           " may mean cannot be listed; let the user that crmsyncd runs as read it, or "
                                           "correct `path` of the connection");
  return found;
}

Result<std::vector<std::string>> names(const Options& options) {
  std::error_code error;
  const auto status = fs::status(options.path, error);
  if (fs::is_regular_file(status)) return std::vector<std::string>{options.path};
  auto found = fs::is_directory(status) ? in_folder(options.path) : by_glob(options.path, options.read);
  if (!found) return found;
  std::erase_if(*found, [&](const std::string& name) {
    return is_temporary(fs::path(name).filename().string()) || is_in(options.outgoing, name);
  });
  std::sort(found->begin(), found->end());
  return found;
}

// Those that are regular files. A part of an export that cannot be looked at must not make it a smaller one.
Result<std::vector<FileIdentity>> identities(const std::vector<std::string>& names, ReadWhich read) {
  std::vector<FileIdentity> files;
  std::error_code error;
  for (const auto& name : names) {
    auto identity = identify(name);
    if (identity)
      files.push_back(std::move(*identity));
    else if (read == ReadWhich::all && !fs::exists(name, error))
      return Error(identity.error().kind, identity.error().message + "; remove it, or put the file there again");
  }
  return files;
}

// Cursors and reports are UTF-8.
Result<void> check_names(const std::vector<FileIdentity>& files) {
  for (const auto& file : files)
    if (!is_utf8(file.path))
      return Error(ErrorKind::transient,
                   "the name of the export " + from_windows_1252(file.path) + " is not UTF-8; rename it");
  return {};
}

}  // namespace

Result<std::vector<FileIdentity>> find_export(const Options& options) {
  auto found = names(options);
  if (!found) return found.error();
  auto files = identities(*found, options.read);
  if (!files) return files;
  if (files->empty())
    return Error(ErrorKind::transient, "no export at " + options.path +
                                           "; put a CSV file there, let the user that crmsyncd runs as read it, or "
                                           "correct `path` of the connection");
  if (options.read == ReadWhich::newest) {
    const auto newest = std::max_element(files->begin(), files->end(), [](const auto& a, const auto& b) {
      return std::tie(a.modified_ns, a.path) < std::tie(b.modified_ns, b.path);
    });
    files = std::vector<FileIdentity>{*newest};
  }
  if (auto done = check_names(*files); !done) return done.error();
  return files;
}

}  // namespace crmsync::connectors::csv
