#include "unit/store/fault_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <mutex>
#include <string_view>

namespace kith::store::testing {

std::atomic<bool> FaultVfs::disk_full = false;
std::atomic<bool> FaultVfs::read_only = false;
std::atomic<int> FaultVfs::failing_syncs = 0;
std::atomic<bool> FaultVfs::syncs_hang = false;
std::atomic<int> FaultVfs::hanging = 0;

namespace {

// Our file, with the real one in the bytes behind it.
struct File {
  sqlite3_file base;
  bool is_wal;
  [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs fault_vfs;

File* self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return self(file)->real(); }

int fault_of_write() {
  if (FaultVfs::disk_full) return SQLITE_FULL;
  if (FaultVfs::read_only) return SQLITE_READONLY;
  return SQLITE_OK;
}

int close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
int read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 at) {
  return real(file)->pMethods->xRead(real(file), to, bytes, at);
}
int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 at) {
  if (const int fault = fault_of_write(); fault != SQLITE_OK) return fault;
  return real(file)->pMethods->xWrite(real(file), from, bytes, at);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) { return real(file)->pMethods->xTruncate(real(file), size); }
int sync(sqlite3_file* file, int flags) {
  if (self(file)->is_wal) {
    int left = FaultVfs::failing_syncs;
    while (left > 0 && !FaultVfs::failing_syncs.compare_exchange_weak(left, left - 1)) {
    }
    if (left > 0) return SQLITE_IOERR_FSYNC;
    ++FaultVfs::hanging;
    FaultVfs::hanging.notify_all();
    FaultVfs::syncs_hang.wait(true);
    --FaultVfs::hanging;
  }
  return real(file)->pMethods->xSync(real(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
int lock(sqlite3_file* file, int kind) { return real(file)->pMethods->xLock(real(file), kind); }
int unlock(sqlite3_file* file, int kind) { return real(file)->pMethods->xUnlock(real(file), kind); }
int check_lock(sqlite3_file* file, int* held) { return real(file)->pMethods->xCheckReservedLock(real(file), held); }
int control(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int device(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** at) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, at);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

constexpr sqlite3_io_methods kMethods{.iVersion = 2,
                                      .xClose = close,
                                      .xRead = read,
                                      .xWrite = write,
                                      .xTruncate = truncate,
                                      .xSync = sync,
                                      .xFileSize = file_size,
                                      .xLock = lock,
                                      .xUnlock = unlock,
                                      .xCheckReservedLock = check_lock,
                                      .xFileControl = control,
                                      .xSectorSize = sector,
                                      .xDeviceCharacteristics = device,
                                      .xShmMap = shm_map,
                                      .xShmLock = shm_lock,
                                      .xShmBarrier = shm_barrier,
                                      .xShmUnmap = shm_unmap,
                                      .xFetch = nullptr,
                                      .xUnfetch = nullptr};

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  File* own = self(file);
  own->is_wal = name != nullptr && std::string_view(name).ends_with("-wal");
  const int code = real_vfs->xOpen(real_vfs, name, own->real(), flags, out_flags);
  own->base.pMethods = code == SQLITE_OK ? &kMethods : nullptr;
  return code;
}

}  // namespace

void FaultVfs::install() {
  static std::once_flag once;
  std::call_once(once, [] {
    real_vfs = sqlite3_vfs_find(nullptr);
    fault_vfs = *real_vfs;
    fault_vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
    fault_vfs.zName = kName;
    fault_vfs.pNext = nullptr;
    fault_vfs.xOpen = open;
    sqlite3_vfs_register(&fault_vfs, 0);
  });
  reset();
}

void FaultVfs::reset() {
  disk_full = false;
  read_only = false;
  failing_syncs = 0;
  syncs_hang = false;
  syncs_hang.notify_all();
}

}  // namespace kith::store::testing
