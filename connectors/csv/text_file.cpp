#include "connectors/csv/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace crmsync::connectors::csv {

namespace {

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::size_t kTail = 4096;

FileIdentity identity_of(const std::string& path, const struct stat& info) {
  return {path, info.st_size, info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec, info.st_ino};
}

Error cannot(const char* what, const std::string& path) {
  const bool forbidden = errno == EACCES || errno == EPERM;
  return Error(ErrorKind::transient, std::string("cannot ") + what + " " + path + ": " + std::strerror(errno) +
                                         (forbidden ? "; let the user that crmsyncd runs as read it" : ""));
}

Error changed(const std::string& path) {
  return Error(ErrorKind::transient,
               "the file " + path + " changed while it was read; the next run starts again from its beginning");
}

}  // namespace

Result<FileIdentity> identify(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return cannot("look at", path);
  if (!S_ISREG(info.st_mode)) return Error(ErrorKind::transient, path + " is not a regular file");
  return identity_of(path, info);
}

Result<TextFile> TextFile::open(const FileIdentity& identity) {
  // Not blocking: what has become a pipe since it was looked at must not stop the worker.
  const int descriptor = ::open(identity.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return errno == ENOENT ? changed(identity.path) : cannot("open", identity.path);
  TextFile file(descriptor, identity);
  if (auto same = file.unchanged(); !same) return same.error();
  std::array<char, 4> head{};
  const ssize_t n = ::pread(descriptor, head.data(), head.size(), 0);
  file.detected_ = detect_encoding({head.data(), n > 0 ? static_cast<std::size_t>(n) : 0});
  file.rewind();
  return file;
}

TextFile::TextFile(int descriptor, FileIdentity identity) : descriptor_(descriptor), identity_(std::move(identity)) {}

TextFile::TextFile(TextFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      identity_(std::move(other.identity_)),
      detected_(other.detected_),
      byte_(other.byte_),
      text_(other.text_),
      skip_(other.skip_),
      anchors_(std::move(other.anchors_)),
      rest_(std::move(other.rest_)) {}

TextFile& TextFile::operator=(TextFile&& other) noexcept {
  TextFile moved(std::move(other));
  std::swap(descriptor_, moved.descriptor_);
  std::swap(identity_, moved.identity_);
  std::swap(detected_, moved.detected_);
  std::swap(byte_, moved.byte_);
  std::swap(text_, moved.text_);
  std::swap(skip_, moved.skip_);
  std::swap(anchors_, moved.anchors_);
  std::swap(rest_, moved.rest_);
  return *this;
}

TextFile::~TextFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool TextFile::read_bytes(std::string& to) {
  const std::size_t before = to.size();
  to.resize(before + kChunk);
  ssize_t n = 0;
  do n = ::pread(descriptor_, to.data() + before, kChunk, static_cast<off_t>(byte_));
  while (n < 0 && errno == EINTR);
  to.resize(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (n < 0) throw std::runtime_error("cannot read " + identity_.path + ": " + std::strerror(errno));
  byte_ += static_cast<std::uint64_t>(n);
  return n > 0;
}

bool TextFile::read(std::string& out) {
  const std::size_t before = out.size();
  bool more = false;
  if (detected_.encoding == Encoding::utf8) {
    more = read_bytes(out);
  } else {
    anchors_.push_back({text_, byte_ - rest_.size()});
    chunk_.clear();
    more = read_bytes(chunk_);
    utf16_to_utf8(chunk_, detected_.encoding == Encoding::utf16_be, rest_, out);
  }
  text_ += out.size() - before;
  drop_skipped(out, before);
  return more;
}

void TextFile::drop_skipped(std::string& out, std::size_t before) {
  if (skip_ == 0) return;
  const std::size_t dropped = std::min<std::uint64_t>(skip_, out.size() - before);
  out.erase(before, dropped);
  skip_ -= dropped;
}

void TextFile::rewind() { resume(0, {0, detected_.mark}); }

void TextFile::resume(std::uint64_t text_offset, const Anchor& anchor) {
  rest_.clear();
  anchors_.clear();
  text_ = anchor.text;
  byte_ = anchor.byte;
  skip_ = text_offset - anchor.text;
}

Anchor TextFile::anchor_for(std::uint64_t text_offset) {
  if (detected_.encoding == Encoding::utf8) return {text_offset, detected_.mark + text_offset};
  while (anchors_.size() > 1 && anchors_[1].text <= text_offset) anchors_.pop_front();
  return anchors_.empty() ? Anchor{0, detected_.mark} : anchors_.front();
}

Result<void> TextFile::unchanged() const {
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) return cannot("look at", identity_.path);
  if (identity_of(identity_.path, info) != identity_) return changed(identity_.path);
  return {};
}

std::string TextFile::tail_hash() const {
  std::array<char, kTail> tail{};
  const auto from = std::max<std::int64_t>(0, identity_.size - static_cast<std::int64_t>(kTail));
  const ssize_t n = ::pread(descriptor_, tail.data(), tail.size(), static_cast<off_t>(from));
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (ssize_t i = 0; i < n; ++i)
    hash = (hash ^ static_cast<unsigned char>(tail[static_cast<std::size_t>(i)])) * 1099511628211ULL;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace crmsync::connectors::csv
