// The data folder of a benchmark: where its files are, how large they are, and its end.
#pragma once

#include <cstdint>
#include <string>

namespace kith::bench {

/// The database a server with this data folder uses.
std::string database_path(const std::string& data_dir);

/// Sizes on disk, in bytes, write-ahead logs included.
struct DiskUse {
  uint64_t database = 0;
  uint64_t search = 0;
};
DiskUse disk_use(const std::string& data_dir);

/// A folder for one run: a new one below the temporary folder, removed at the end, or the user's own, which stays.
class DataFolder {
 public:
  /// `path`: empty for a new one.
  explicit DataFolder(const std::string& path);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// True if a server or a benchmark has used it before.
  [[nodiscard]] bool has_database() const;

 private:
  std::string path_;
  bool is_own_;
};

}  // namespace kith::bench
