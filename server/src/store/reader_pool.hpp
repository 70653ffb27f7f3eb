// R reader threads, each with its own connection; a job sees one snapshot. The queue is bounded: beyond it, kBusy.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/block_codec.hpp"
#include "store/memory.hpp"
#include "store/sqlite_db.hpp"
#include "store/store.hpp"

namespace kith::store {

class ReaderPool {
 public:
  /// Opens `threads` connections. Errors: those of opening.
  static Result<std::unique_ptr<ReaderPool>> create(const SqliteDb::Options& database, Memory& memory, size_t threads,
                                                    size_t queue_jobs);
  /// Runs what is waiting, then ends the threads.
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  void submit(Store::ReadQuery query, Store::Resolve resolve);
  void stop();
  [[nodiscard]] size_t queued() const;

 private:
  struct Job {
    Store::ReadQuery query;
    Store::Resolve resolve;
  };

  ReaderPool(SqliteDb::Options database, Memory& memory, size_t queue_jobs)
      : database_(std::move(database)), memory_(memory), queue_jobs_(queue_jobs) {}
  void run(SqliteDb& db);
  Result<> run_job(SqliteDb& db, std::unique_ptr<SqliteDb>& newer, BlockCodec& codec, Job& job);

  SqliteDb::Options database_;
  Memory& memory_;
  size_t queue_jobs_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> queue_;
  size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::unique_ptr<SqliteDb>> connections_;
  std::vector<std::thread> threads_;
};

}  // namespace kith::store
