#include "store/checkpointer.hpp"

#include <optional>
#include <utility>

#include "base/thread_name.hpp"

namespace kith::store {
namespace {

constexpr int64_t kBytesBetween = 8 * 1024 * 1024;  // more: longer checkpoints; fewer: more fsyncs of the main file

}  // namespace

Checkpointer::Checkpointer(std::unique_ptr<SqliteDb> db, const Clock& clock, std::chrono::milliseconds erase_within)
    : db_(std::move(db)), clock_(clock), erase_within_(erase_within) {
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    woken_.notify_one();
  }
  thread_.join();
}

void Checkpointer::set_wal_bytes(int64_t bytes) {
  wal_bytes_ = bytes;
  int64_t copied = copied_bytes_.load();
  if (bytes < copied) copied_bytes_ = copied = 0;  // the WAL began anew
  if (bytes - copied < kBytesBetween) return;
  copied_bytes_ = bytes;
  const std::scoped_lock lock(mutex_);
  due_ = true;
  woken_.notify_one();
}

void Checkpointer::note_erasure() {
  if (erasure_pending_.exchange(true)) return;
  const std::scoped_lock lock(mutex_);
  woken_.notify_one();
}

Result<bool> Checkpointer::restart(SqliteDb& writing) {
  const std::scoped_lock lock(checkpoint_mutex_);
  TRY(const bool restarted, writing.checkpoint(SqliteDb::Checkpoint::kRestart));
  if (restarted) set_wal_bytes(0);
  return restarted;
}

Result<bool> Checkpointer::truncate(SqliteDb& writing) {
  const std::scoped_lock lock(checkpoint_mutex_);
  TRY(const bool truncated, writing.checkpoint(SqliteDb::Checkpoint::kTruncate));
  if (truncated) set_wal_bytes(0);
  return truncated;
}

void Checkpointer::run() {
  set_thread_name("kith-checkpoint");
  std::unique_lock lock(mutex_);
  std::optional<Instant> erase_at;
  while (!stopping_) {
    const bool erasing = erasure_pending_;
    const auto woken = [&] { return stopping_ || due_ || erasure_pending_ != erasing; };
    if (erasing) {
      woken_.wait_for(lock, erase_within_, woken);
    } else {
      woken_.wait(lock, woken);
    }
    if (stopping_) return;
    const bool due = std::exchange(due_, false);
    lock.unlock();
    if (due) {
      const std::scoped_lock checkpoint(checkpoint_mutex_);
      (void)db_->checkpoint(SqliteDb::Checkpoint::kPassive);  // an error shows at the writer's next commit
    }
    if (!erasure_pending_) {
      erase_at.reset();
    } else if (!erase_at.has_value()) {
      erase_at = clock_.now() + erase_within_;
    } else if (clock_.now() >= *erase_at) {
      truncate_after_erasure();
      erase_at.reset();
    }
    lock.lock();
  }
}

// The mark is taken back first: an erasure during the checkpoint sets it again and is served by the next one.
void Checkpointer::truncate_after_erasure() {
  erasure_pending_ = false;
  const auto truncated = truncate(*db_);
  if (!truncated.has_value() || !*truncated) erasure_pending_ = true;
}

}  // namespace kith::store
