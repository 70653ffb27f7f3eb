// Copies the WAL into the database file on its own thread, so that the writer seldom waits; and empties the WAL after
// an erasure, because erased text stands in it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "base/time.hpp"
#include "store/sqlite_db.hpp"

namespace kith::store {

class Checkpointer {
 public:
  /// `erase_within`: how soon after an erasure the WAL is emptied, and how often that is tried while a reader needs it.
  Checkpointer(std::unique_ptr<SqliteDb> db, const Clock& clock, std::chrono::milliseconds erase_within);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// The WAL has this length now. Cheap, from the writer.
  void set_wal_bytes(int64_t bytes);
  [[nodiscard]] int64_t wal_bytes() const { return wal_bytes_.load(std::memory_order_relaxed); }
  /// A commit has replaced or erased text.
  void note_erasure();
  [[nodiscard]] bool is_erasure_pending() const { return erasure_pending_.load(); }
  /// On the writer's connection, outside a transaction: true if the next commit begins the WAL anew.
  Result<bool> restart(SqliteDb& writing);
  /// The same, and the WAL file is empty: nothing that was erased before is in it.
  Result<bool> truncate(SqliteDb& writing);

 private:
  void run();
  void truncate_after_erasure();

  std::unique_ptr<SqliteDb> db_;
  const Clock& clock_;
  std::chrono::milliseconds erase_within_;
  std::atomic<int64_t> wal_bytes_ = 0;
  std::atomic<int64_t> copied_bytes_ = 0;
  std::atomic<bool> erasure_pending_ = false;

  std::mutex checkpoint_mutex_;  // SQLite refuses a second checkpoint at once instead of waiting
  std::mutex mutex_;
  std::condition_variable woken_;
  bool due_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace kith::store
