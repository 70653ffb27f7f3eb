// The one folder that holds everything, and the lock that keeps a second server out of it.
#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"

namespace kith::app {

class DataFolder {
 public:
  /// Makes the folder if needed (for its owner only) and locks it. Errors: kStorageReadOnly, kStorageFailed if another
  /// process holds the lock.
  static Result<DataFolder> open(const std::string& path);
  DataFolder(DataFolder&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
};

}  // namespace kith::app
