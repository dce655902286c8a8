#include "connectors/csv/settle.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace crmsync::connectors::csv {

// A read lease is granted only where nobody has the file open for writing. It is given back at once; should a writer
// come in that moment, it waits for that, and we are told by a signal whose default is to be ignored.
Writer writer_of(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return Writer::cannot_tell;
  Writer writer = Writer::cannot_tell;
  if (::fcntl(descriptor, F_SETSIG, SIGURG) == 0) {
    if (::fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0) {
      ::fcntl(descriptor, F_SETLEASE, F_UNLCK);
      writer = Writer::nobody;
    } else if (errno == EAGAIN) {
      writer = Writer::somebody;
    }
  }
  ::close(descriptor);
  return writer;
}

bool SettleCheck::ready(const std::vector<FileIdentity>& files, domain::Millis now) {
  bool written = false;
  bool unsure = false;
  for (const auto& file : files) {
    const Writer writer = look_(file.path);
    const bool untouched = file.modified_ns / 1'000'000 + kUntouched <= now;
    written |= writer == Writer::somebody;
    unsure |= writer == Writer::cannot_tell && !untouched;
  }
  if (files != seen_) {
    seen_ = files;
    seen_at_ = now;
  }
  return !written && (!unsure || now - seen_at_ >= kBetweenLooks);
}

}  // namespace crmsync::connectors::csv
