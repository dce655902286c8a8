// One daemon per store: a lock on a file beside it that names who holds it. Used by open_store.
#pragma once

#include <string>

namespace crmsync::store {

class StoreLock {
 public:
  // Throws StoreError, naming the holder, when another process has the store open.
  explicit StoreLock(const std::string& store_path);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace crmsync::store
