// One export file as a stream of UTF-8 text that can be continued at any place. Used by RowReader.
#pragma once

#include <cstdint>
#include <deque>
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

// An error if it is not there, or no regular file.
Result<FileIdentity> identify(const std::string& path);

// A place at which reading can begin: an offset of the text, and of the file's bytes, where the two are known to meet.
struct Anchor {
  std::uint64_t text = 0;
  std::uint64_t byte = 0;
  bool operator==(const Anchor&) const = default;
};

class TextFile {
 public:
  // Opens the very file that `identity` names; an error if it has changed since.
  static Result<TextFile> open(const FileIdentity& identity);
  TextFile(TextFile&& other) noexcept;
  TextFile& operator=(TextFile&& other) noexcept;
  ~TextFile();

  // Appends the next chunk of text; false at the end. Throws std::runtime_error when reading fails.
  bool read(std::string& out);
  // Back to the beginning of the text.
  void rewind();
  // Continues at an offset of the text; `anchor` is what anchor_for() said of it.
  void resume(std::uint64_t text_offset, const Anchor& anchor);
  // The last anchor before an offset that has been read. Offsets must not go backwards from call to call.
  Anchor anchor_for(std::uint64_t text_offset);
  // After the end: the file ends inside a UTF-16 character.
  bool ends_inside_character() const noexcept { return !rest_.empty(); }
  Encoding encoding() const noexcept { return detected_.encoding; }
  // An error if the file is no longer what it was.
  Result<void> unchanged() const;
  // A short hash of its last bytes, for telling files of one size and time apart.
  std::string tail_hash() const;

 private:
  TextFile(int descriptor, FileIdentity identity);
  bool read_bytes(std::string& to);
  void drop_skipped(std::string& out, std::size_t before);

  int descriptor_ = -1;
  FileIdentity identity_;
  Detected detected_;
  std::uint64_t byte_ = 0;  // of the file, where the next chunk begins
  std::uint64_t text_ = 0;  // of the text, likewise
  std::uint64_t skip_ = 0;  // text to drop after resume()
  std::deque<Anchor> anchors_;
  std::string chunk_;
  std::string rest_;  // an incomplete UTF-16 unit or pair
};

}  // namespace crmsync::connectors::csv
