// The writer thread: adaptive group commit. What arrived during the last commit is the next group; no timer. Acks leave
// after the commit is on disk; slices of background work ride alone between two groups.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "store/checkpointer.hpp"
#include "store/group_transaction.hpp"
#include "store/sqlite_db.hpp"
#include "store/store.hpp"

namespace kith::store {

class Writer {
 public:
  struct Parts {
    SqliteDb::Options database;
    Memory& memory;
    const Clock& clock;
    Limits limits;
    OnCommitted on_committed;
    Checkpointer& checkpointer;
    /// Called after each group and slice: others decide whether there is work for them.
    std::function<void()> after_commit;
  };
  /// Work of the packer and others, alone on the writer: in one write transaction if `in_transaction`. `publish` runs
  /// on the writer after the commit.
  struct Slice {
    bool in_transaction = true;
    std::function<Result<>(GroupTransaction&, SqliteDb&)> run;
    std::function<void(GroupTransaction&)> publish;
  };
  struct Metrics {
    uint64_t groups = 0;
    uint64_t commands = 0;
    uint64_t events = 0;
    uint64_t rollbacks = 0;
    uint64_t queue = 0;
    bool writable = true;
  };

  /// `db` is open and memory up to date.
  Writer(Parts parts, std::unique_ptr<SqliteDb> db);
  /// Runs what is waiting, then ends the thread.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void submit(Store::WriteCommand command, Store::Resolve resolve);
  /// Waits for the writer to run a slice. Not from the writer thread. Errors: the slice's, kShuttingDown.
  Result<> run_slice(Slice slice);
  /// Refuses new work from now on; what is waiting still runs.
  void stop();
  [[nodiscard]] Metrics metrics() const;

 private:
  struct Pending {
    Store::WriteCommand command;
    Store::Resolve resolve;
    Result<> outcome;
  };
  struct WaitingSlice {
    Slice slice;
    std::optional<Result<>> outcome;
  };
  enum class Outcome { kCommitted, kRunAlone, kFailed };

  void run();
  void run_batch(std::vector<Pending>& batch);
  Outcome run_group(std::span<Pending> group, size_t& taken, Error& error);
  void run_alone(std::span<Pending> batch);
  void resolve(std::span<Pending> group, std::vector<model::Publication> publications);
  void fail_all(std::span<Pending> group, const Error& error);
  Result<> ensure_open();
  void run_waiting_slice(WaitingSlice& waiting);
  Result<> run_in_transaction(const Slice& slice);
  void use(std::unique_ptr<SqliteDb> db);
  void mind_wal();
  void mind_log(std::unique_lock<std::mutex>& lock);

  Parts parts_;
  std::unique_ptr<SqliteDb> db_;
  GroupTransaction transaction_;
  std::vector<model::Publication> publications_;

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable slice_done_;
  std::deque<Pending> queue_;
  std::deque<WaitingSlice*> slices_;
  bool idle_ = false;
  bool stopping_ = false;

  std::atomic<uint64_t> groups_ = 0;
  std::atomic<uint64_t> commands_ = 0;
  std::atomic<uint64_t> events_ = 0;
  std::atomic<uint64_t> rollbacks_ = 0;
  std::atomic<bool> writable_ = true;
  std::thread thread_;
};

}  // namespace kith::store
