#include "bench/data_folder.hpp"

#include <stdlib.h>

#include <filesystem>

namespace kith::bench {
namespace {

uint64_t size_of(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

std::string new_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "kith-bench-XXXXXX").string();
  return mkdtemp(path.data()) == nullptr ? "kith-bench" : path;
}

}  // namespace

std::string database_path(const std::string& data_dir) { return data_dir + "/kith.db"; }

DiskUse disk_use(const std::string& data_dir) {
  const std::string search = data_dir + "/search.db";
  return {.database = size_of(database_path(data_dir)) + size_of(database_path(data_dir) + "-wal"),
          .search = size_of(search) + size_of(search + "-wal")};
}

DataFolder::DataFolder(const std::string& path) : path_(path.empty() ? new_folder() : path), is_own_(!path.empty()) {}

DataFolder::~DataFolder() {
  std::error_code error;
  if (!is_own_) std::filesystem::remove_all(path_, error);
}

bool DataFolder::has_database() const { return std::filesystem::exists(database_path(path_)); }

}  // namespace kith::bench
