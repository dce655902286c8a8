// A disk between SQLite and the real one. It knows what has been synced, can lose power, and can fail, fill up or take
// the process with it at any chosen write. Used by the tests of what a store survives.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <string>

namespace crmsync::store::testing {

enum class DiskFault {
  full,    // no write from the chosen one on succeeds
  broken,  // the same, but what the system reports is an I/O error
  killed,  // half of the chosen write is done, and the process is gone
};

// While it lives, every database that is opened lies on it. One at a time.
class FailingDisk {
 public:
  FailingDisk();
  ~FailingDisk();
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  // The next `writes` writes succeed.
  void fail_after(int writes, DiskFault fault);
  void repair() { armed_ = false; }
  bool has_failed() const { return armed_ && left_ < 0; }

  // What would be there if the power went now: each file as it was when it was synced last. Copied into `folder`.
  void after_power_cut(const std::filesystem::path& folder) const;

 private:
  friend struct DiskFile;
  friend struct DiskSystem;
  int before_write(sqlite3_file* real, const void* bytes, int size, sqlite3_int64 at);
  void synced(const std::string& path, sqlite3_file* real);

  sqlite3_vfs* real_;
  sqlite3_vfs own_{};
  bool armed_ = false;
  int left_ = 0;
  DiskFault fault_ = DiskFault::full;
  std::map<std::string, std::string> durable_;  // bytes by path
};

}  // namespace crmsync::store::testing
