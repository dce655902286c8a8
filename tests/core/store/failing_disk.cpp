#include "tests/core/store/failing_disk.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace crmsync::store::testing {

// A file as SQLite sees it: ours in front, the real one right behind it.
struct DiskFile : sqlite3_file {
  FailingDisk* disk;
  const char* path;  // lives as long as the file; none for temporary files

  static DiskFile* of(sqlite3_file* file) { return static_cast<DiskFile*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(of(file) + 1); }

  static int close(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
  static int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    return real(f)->pMethods->xRead(real(f), to, n, at);
  }
  static int write(sqlite3_file* f, const void* bytes, int n, sqlite3_int64 at) {
    const int failed = of(f)->disk->before_write(real(f), bytes, n, at);
    return failed != SQLITE_OK ? failed : real(f)->pMethods->xWrite(real(f), bytes, n, at);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); }
  static int sync(sqlite3_file* f, int) {
    // The real sync is left out: what a power cut would leave is kept here.
    if (of(f)->path) of(f)->disk->synced(of(f)->path, real(f));
    return SQLITE_OK;
  }
  static int size(sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); }
  static int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
  static int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
  static int reserved(sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
  static int control(sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
  static int sector(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
  static int device(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
  static int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* f, int at, int n, int flags) {
    return real(f)->pMethods->xShmLock(real(f), at, n, flags);
  }
  static void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
  static int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }
};

namespace {

constexpr sqlite3_io_methods kMethods{2,
                                      DiskFile::close,
                                      DiskFile::read,
                                      DiskFile::write,
                                      DiskFile::truncate,
                                      DiskFile::sync,
                                      DiskFile::size,
                                      DiskFile::lock,
                                      DiskFile::unlock,
                                      DiskFile::reserved,
                                      DiskFile::control,
                                      DiskFile::sector,
                                      DiskFile::device,
                                      DiskFile::shm_map,
                                      DiskFile::shm_lock,
                                      DiskFile::shm_barrier,
                                      DiskFile::shm_unmap,
                                      nullptr,
                                      nullptr};

}  // namespace

struct DiskSystem {
  static FailingDisk* disk(sqlite3_vfs* vfs) { return static_cast<FailingDisk*>(vfs->pAppData); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    sqlite3_vfs* real = disk(vfs)->real_;
    file->pMethods = nullptr;
    const int result = real->xOpen(real, path, DiskFile::real(file), flags, out_flags);
    if (result != SQLITE_OK) return result;
    DiskFile::of(file)->disk = disk(vfs);
    DiskFile::of(file)->path = path;
    file->pMethods = &kMethods;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    disk(vfs)->durable_.erase(path);
    return disk(vfs)->real_->xDelete(disk(vfs)->real_, path, sync_folder);
  }
};

FailingDisk::FailingDisk() : real_(sqlite3_vfs_find(nullptr)) {
  own_ = *real_;
  own_.zName = "failing-disk";
  own_.szOsFile = static_cast<int>(sizeof(DiskFile)) + real_->szOsFile;
  own_.pAppData = this;
  own_.pNext = nullptr;
  own_.xOpen = DiskSystem::open;
  own_.xDelete = DiskSystem::remove;
  if (sqlite3_vfs_register(&own_, 1) != SQLITE_OK) throw std::runtime_error("SQLite does not take the disk");
}

FailingDisk::~FailingDisk() { sqlite3_vfs_unregister(&own_), sqlite3_vfs_register(real_, 1); }

void FailingDisk::fail_after(int writes, DiskFault fault) {
  left_ = writes;
  fault_ = fault;
  armed_ = true;
}

int FailingDisk::before_write(sqlite3_file* real, const void* bytes, int size, sqlite3_int64 at) {
  if (!armed_ || (left_ > 0 && left_--)) return SQLITE_OK;
  left_ = -1;
  if (fault_ == DiskFault::killed) {
    real->pMethods->xWrite(real, bytes, size / 2, at);
    kill(getpid(), SIGKILL);
  }
  return fault_ == DiskFault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

void FailingDisk::synced(const std::string& path, sqlite3_file* real) {
  sqlite3_int64 size = 0;
  real->pMethods->xFileSize(real, &size);
  std::string& bytes = durable_[path];
  bytes.resize(static_cast<std::size_t>(size));
  if (size != 0) real->pMethods->xRead(real, bytes.data(), static_cast<int>(size), 0);
}

void FailingDisk::after_power_cut(const std::filesystem::path& folder) const {
  for (const auto& [path, bytes] : durable_)
    std::ofstream(folder / std::filesystem::path(path).filename(), std::ios::binary) << bytes;
}

}  // namespace crmsync::store::testing
