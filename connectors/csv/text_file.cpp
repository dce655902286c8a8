#include "connectors/csv/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace crmsync::connectors::csv {

namespace {

constexpr std::size_t kChunk = 256 * 1024;

FileIdentity identity_of(const std::string& path, const struct stat& info) {
  return {path, info.st_size, info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec, info.st_ino};
}

Error cannot(const char* what, const std::string& path) {
  return Error(ErrorKind::transient, std::string("cannot ") + what + " " + path + ": " + std::strerror(errno));
}

Error changed(const std::string& path) {
  return Error(ErrorKind::transient,
               "the file " + path + " changed while it was read; the next run starts again from its beginning");
}

}  // namespace

Result<FileIdentity> identify(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return cannot("look at", path);
  return identity_of(path, info);
}

// A read lease is granted only where nobody has the file open for writing.
Writer writer_of(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return Writer::cannot_tell;
  Writer writer = Writer::nobody;
  if (::fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0)
    ::fcntl(descriptor, F_SETLEASE, F_UNLCK);
  else
    writer = errno == EAGAIN ? Writer::somebody : Writer::cannot_tell;
  ::close(descriptor);
  return writer;
}

Result<TextFile> TextFile::open(const FileIdentity& identity) {
  const int descriptor = ::open(identity.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot("open", identity.path);
  char head[4] = {};
  const ssize_t n = ::pread(descriptor, head, sizeof head, 0);
  TextFile file(descriptor, identity, detect_encoding({head, n > 0 ? static_cast<std::size_t>(n) : 0}));
  if (auto same = file.unchanged(); !same) return same.error();
  file.seek(0);
  return file;
}

TextFile::TextFile(int descriptor, FileIdentity identity, Detected detected)
    : descriptor_(descriptor), identity_(std::move(identity)), detected_(detected) {}

TextFile::TextFile(TextFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      identity_(std::move(other.identity_)),
      detected_(other.detected_),
      rest_(std::move(other.rest_)) {}

TextFile& TextFile::operator=(TextFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(identity_, other.identity_);
  std::swap(detected_, other.detected_);
  std::swap(rest_, other.rest_);
  return *this;
}

TextFile::~TextFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool TextFile::read(std::string& out) {
  const bool wide = detected_.encoding != Encoding::utf8;
  std::string& target = wide ? chunk_ : out;
  if (wide) chunk_.clear();
  const std::size_t before = target.size();
  target.resize(before + kChunk);
  ssize_t n = 0;
  do n = ::read(descriptor_, target.data() + before, kChunk);
  while (n < 0 && errno == EINTR);
  target.resize(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (n < 0) throw std::runtime_error("cannot read " + identity_.path + ": " + std::strerror(errno));
  if (wide) utf16_to_utf8(chunk_, detected_.encoding == Encoding::utf16_be, rest_, out);
  return n > 0;
}

void TextFile::seek(std::uint64_t text_offset) {
  rest_.clear();
  const auto mark = static_cast<off_t>(detected_.mark);
  if (detected_.encoding == Encoding::utf8) {
    ::lseek(descriptor_, mark + static_cast<off_t>(text_offset), SEEK_SET);
    return;
  }
  // Text offsets of a converted file say nothing about the file's own: convert up to the place.
  ::lseek(descriptor_, mark, SEEK_SET);
  off_t at = mark;
  std::uint64_t done = 0;
  std::string unit, rest, text;
  while (done < text_offset) {
    char bytes[2];
    if (::read(descriptor_, bytes, 2) != 2) break;
    at += 2;
    text.clear();
    utf16_to_utf8({bytes, 2}, detected_.encoding == Encoding::utf16_be, rest, text);
    done += text.size();
  }
  ::lseek(descriptor_, at, SEEK_SET);
}

Result<void> TextFile::unchanged() const {
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) return cannot("look at", identity_.path);
  if (identity_of(identity_.path, info) != identity_) return changed(identity_.path);
  return {};
}

}  // namespace crmsync::connectors::csv
