// A body that is too large for memory, in a file of its own beside the store (mode 0600). Removed when nobody keeps it.
// Made by Service for the routes that take files, filled by the HTTP session.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

namespace crmsync::api {

class Upload {
 public:
  // nullptr, with errno, when the file cannot be made. The path is `prefix` and six characters. `with_hash`: sha256()
  // will be asked for.
  static std::unique_ptr<Upload> make(const std::string& prefix, bool with_hash);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  // False: it cannot be written, such as on a full disk.
  bool write(std::string_view bytes);
  // What was written is on the disk to stay; false if it is not.
  bool keep();
  const std::string& path() const noexcept { return path_; }
  std::size_t size() const noexcept { return size_; }
  // Of what was written, in hexadecimal.
  std::string sha256() const;

 private:
  using Hash = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;
  Upload(int descriptor, std::string path, bool with_hash);

  int descriptor_;
  std::string path_;
  Hash hash_;  // of what was written so far; nullptr: nobody will ask
  std::size_t size_ = 0;
  bool kept_ = false;
};

}  // namespace crmsync::api
