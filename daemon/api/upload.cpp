#include "daemon/api/upload.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

namespace crmsync::api {

std::unique_ptr<Upload> Upload::make(const std::string& prefix) {
  std::string path = prefix + "XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  return std::unique_ptr<Upload>(new Upload(descriptor, std::move(path)));
}

Upload::~Upload() {
  close(descriptor_);
  if (!kept_) unlink(path_.c_str());
}

bool Upload::write(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool Upload::keep() {
  kept_ = fsync(descriptor_) == 0;
  return kept_;
}

}  // namespace crmsync::api
