#include "store/reader_pool.hpp"

#include "base/thread_name.hpp"
#include "store/snapshot_reader.hpp"

namespace kith::store {

Result<std::unique_ptr<ReaderPool>> ReaderPool::create(const SqliteDb::Options& database, Memory& memory,
                                                       size_t threads, size_t queue_jobs) {
  SqliteDb::Options options = database;
  options.mode = SqliteDb::Mode::kReadOnly;
  std::unique_ptr<ReaderPool> pool(new ReaderPool(options, memory, queue_jobs));
  for (size_t i = 0; i < threads; ++i) {
    TRY(auto db, SqliteDb::open(options));
    pool->connections_.push_back(std::move(db));
  }
  for (auto& db : pool->connections_) {
    pool->threads_.emplace_back([self = pool.get(), connection = db.get()] { self->run(*connection); });
  }
  return pool;
}

ReaderPool::~ReaderPool() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

void ReaderPool::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  arrived_.notify_all();
}

void ReaderPool::submit(Store::ReadQuery query, Store::Resolve resolve) {
  Reason refused = Reason::kShuttingDown;
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_ && queue_.size() < queue_jobs_) {
      queue_.push_back({.query = std::move(query), .resolve = std::move(resolve)});
      if (idle_ > 0) arrived_.notify_one();
      return;
    }
    if (!stopping_) refused = Reason::kBusy;
  }
  resolve(fail(refused, refused == Reason::kBusy ? "The server is busy; try again." : "The server is stopping."));
}

size_t ReaderPool::queued() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

void ReaderPool::run(SqliteDb& db) {
  set_thread_name("kith-reader");
  BlockCodec codec;
  std::unique_ptr<SqliteDb> newer;
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      ++idle_;
      arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      --idle_;
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    Result<> outcome = run_job(db, newer, codec, job);
    job.resolve(std::move(outcome));
  }
}

Result<> ReaderPool::run_job(SqliteDb& db, std::unique_ptr<SqliteDb>& newer, BlockCodec& codec, Job& job) {
  TRY_VOID(db.begin_read());
  SnapshotReader transaction(db, database_, newer, codec, memory_);
  Result<> outcome = transaction.settle();
  if (outcome.has_value()) outcome = job.query(transaction);
  db.rollback();
  return outcome;
}

}  // namespace kith::store
