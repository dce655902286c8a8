// One export file as a stream of UTF-8 text that can be continued at any offset. Used by RowReader.
#pragma once

#include <cstdint>
#include <string>

#include "connectors/csv/encoding.h"
#include "core/result.h"

namespace crmsync::connectors::csv {

// What a file was when it was looked at: a file that changes while it is read is not one file.
struct FileIdentity {
  std::string path;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

Result<FileIdentity> identify(const std::string& path);

// Whether some process has the file open for writing, as far as the system can tell.
enum class Writer { nobody, somebody, cannot_tell };
Writer writer_of(const std::string& path);

class TextFile {
 public:
  // Opens the very file that `identity` names; an error if it has changed since.
  static Result<TextFile> open(const FileIdentity& identity);
  TextFile(TextFile&& other) noexcept;
  TextFile& operator=(TextFile&& other) noexcept;
  ~TextFile();

  // Appends the next chunk of text; false at the end. Throws std::runtime_error when reading fails.
  bool read(std::string& out);
  // Continues at an offset of the text, as counted by what read() has appended.
  void seek(std::uint64_t text_offset);
  // An error if the file is no longer what it was.
  Result<void> unchanged() const;

 private:
  TextFile(int descriptor, FileIdentity identity, Detected detected);

  int descriptor_ = -1;
  FileIdentity identity_;
  Detected detected_;
  std::string chunk_;
  std::string rest_;  // an incomplete UTF-16 unit
};

}  // namespace crmsync::connectors::csv
