#include "daemon/api/upload.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

namespace crmsync::api {

Upload::Upload(int descriptor, std::string path, bool with_hash)
    : descriptor_(descriptor), path_(std::move(path)), hash_(with_hash ? EVP_MD_CTX_new() : nullptr, EVP_MD_CTX_free) {
  if (hash_) EVP_DigestInit_ex(hash_.get(), EVP_sha256(), nullptr);
}

std::unique_ptr<Upload> Upload::make(const std::string& prefix, bool with_hash) {
  std::string path = prefix + "XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  return std::unique_ptr<Upload>(new Upload(descriptor, std::move(path), with_hash));
}

Upload::~Upload() {
  close(descriptor_);
  if (!kept_) unlink(path_.c_str());
}

bool Upload::write(std::string_view bytes) {
  size_ += bytes.size();
  if (hash_) EVP_DigestUpdate(hash_.get(), bytes.data(), bytes.size());
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

// More may be written afterwards, so it is a copy that is finished.
std::string Upload::sha256() const {
  constexpr std::string_view kHex = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const Hash copy(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_MD_CTX_copy_ex(copy.get(), hash_.get());
  EVP_DigestFinal_ex(copy.get(), digest, &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) (hex += kHex[digest[i] >> 4]) += kHex[digest[i] & 15];
  return hex;
}

}  // namespace crmsync::api
