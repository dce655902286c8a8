#include "connectors/csv/export_files.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace crmsync::connectors::csv {

namespace {

bool ends_with_any(const std::string& name, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* ending) { return name.ends_with(ending); });
}

bool is_export_name(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return !name.starts_with('.') && !ends_with_any(name, {".part", ".tmp", "~", ".filepart", ".crdownload"});
}

std::vector<std::string> matches(const std::string& path) {
  std::vector<std::string> found;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
      if (entry.is_regular_file(error) && ends_with_any(entry.path().string(), {".csv", ".txt", ".tsv", ".CSV"}))
        found.push_back(entry.path().string());
  } else {
    glob_t result{};
    if (::glob(path.c_str(), 0, nullptr, &result) == 0)
      found.assign(result.gl_pathv, result.gl_pathv + result.gl_pathc);
    ::globfree(&result);
  }
  std::erase_if(found, [](const std::string& name) { return !is_export_name(name); });
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<std::vector<FileIdentity>> find_export(const std::string& path, ReadWhich which) {
  std::vector<FileIdentity> files;
  for (const auto& name : matches(path)) {
    auto identity = identify(name);
    if (!identity) return identity.error();
    files.push_back(std::move(*identity));
  }
  if (files.empty())
    return Error(ErrorKind::transient,
                 "no export at " + path + "; put a CSV file there, or correct `path` of the connection");
  if (which == ReadWhich::newest) {
    const auto newest = std::max_element(files.begin(), files.end(), [](const auto& a, const auto& b) {
      return std::tie(a.modified_ns, a.path) < std::tie(b.modified_ns, b.path);
    });
    return std::vector<FileIdentity>{*newest};
  }
  return files;
}

}  // namespace crmsync::connectors::csv
