// One server per database: a second process would not know what the first has in memory.
#pragma once

#include <string>

#include "base/result.hpp"

namespace kith::store {

/// An advisory lock on a file of its own beside the database, held until destruction or the process's end.
class FileLock {
 public:
  /// Errors: kStorageFailed if another process holds it, kStorageReadOnly if the file cannot be made.
  static Result<FileLock> create(const std::string& path);
  FileLock() = default;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace kith::store
