#include "core/store/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/store/schema.h"

namespace crmsync::store {

namespace {

std::string holder_in(int descriptor) {
  char text[256];
  const ssize_t n = pread(descriptor, text, sizeof text - 1, 0);
  std::string holder(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "another process" : holder;
}

std::string own_name() {
  char host[128] = "this machine";
  gethostname(host, sizeof host - 1);
  return "process " + std::to_string(getpid()) + " on " + host + "\n";
}

}  // namespace

StoreLock::StoreLock(const std::string& store_path) {
  const std::string path = store_path + ".lock";
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0)
    throw StoreError("cannot open " + path + ": " + std::strerror(errno) +
                     "; the folder must exist and be writable for crmsyncd");
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = holder_in(descriptor_);
    close(descriptor_);
    throw StoreError("the store " + store_path + " is in use by " + holder +
                     "; one crmsyncd per store: stop that one first");
  }
  const std::string name = own_name();
  if (ftruncate(descriptor_, 0) != 0 || pwrite(descriptor_, name.data(), name.size(), 0) < 0) {
    // The name is a courtesy to whoever comes second; the lock itself holds.
  }
}

// The file stays: removing it would let two processes lock two files of one name.
StoreLock::~StoreLock() { close(descriptor_); }

}  // namespace crmsync::store
