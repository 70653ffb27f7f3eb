#include "app/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace kith::app {

Result<DataFolder> DataFolder::open(const std::string& path) {
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(path, error);
  if (error) return fail(Reason::kStorageReadOnly, "The data folder " + path + " cannot be made.", "data-dir");
  if (is_new) chmod(path.c_str(), S_IRWXU);
  const std::string lock_path = path + "/lock";
  int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  // A folder that is read-only now may be written again later: the server starts and refuses writes until then.
  if (lock < 0) lock = ::open(lock_path.c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return fail(Reason::kStorageReadOnly, "The data folder " + path + " cannot be written.", "data-dir");
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(Reason::kStorageFailed, "Another server uses the data folder " + path + ".", "data-dir");
  }
  return DataFolder(path, lock);
}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace kith::app
