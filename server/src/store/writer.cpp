#include "store/writer.hpp"

#include <chrono>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "store/startup.hpp"

namespace kith::store {
namespace {

constexpr uint64_t kGroupsBetweenWalChecks = 16;
constexpr std::chrono::milliseconds kSlowDown{50};  // wait per group while the log is at its limit

bool is_storage_reason(Reason reason) {
  return reason == Reason::kStorageFull || reason == Reason::kStorageReadOnly || reason == Reason::kStorageFailed;
}

bool is_whole_disk(Reason reason) { return reason == Reason::kStorageFull || reason == Reason::kStorageReadOnly; }

}  // namespace

Writer::Writer(Parts parts, std::unique_ptr<SqliteDb> db) : parts_(std::move(parts)), transaction_(parts_.memory) {
  use(std::move(db));
  thread_ = std::thread([this] { run(); });
}

void Writer::use(std::unique_ptr<SqliteDb> db) {
  db_ = std::move(db);
  db_->on_wal_growth([this](int64_t bytes) { parts_.checkpointer.set_wal_bytes(bytes); });
  transaction_.use(*db_);
}

Writer::~Writer() {
  stop();
  thread_.join();
}

void Writer::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  arrived_.notify_all();
}

void Writer::submit(Store::WriteCommand command, Store::Resolve resolve) {
  Reason refused = Reason::kShuttingDown;
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_ && queue_.size() < parts_.limits.writer_queue_commands) {
      queue_.push_back({.command = std::move(command), .resolve = std::move(resolve), .outcome = {}});
      if (idle_) arrived_.notify_one();
      return;
    }
    if (!stopping_) refused = Reason::kBusy;
  }
  resolve(fail(refused, refused == Reason::kBusy ? "The server is busy; try again." : "The server is stopping."));
}

Result<> Writer::run_slice(Slice slice) {
  WaitingSlice waiting{.slice = std::move(slice), .outcome = std::nullopt};
  std::unique_lock lock(mutex_);
  if (stopping_) return fail(Reason::kShuttingDown, "The server is stopping.");
  slices_.push_back(&waiting);
  if (idle_) arrived_.notify_one();
  slice_done_.wait(lock, [&] { return waiting.outcome.has_value(); });
  return std::move(*waiting.outcome);
}

Writer::Metrics Writer::metrics() const {
  Metrics metrics{.groups = groups_.load(),
                  .commands = commands_.load(),
                  .events = events_.load(),
                  .rollbacks = rollbacks_.load(),
                  .queue = 0,
                  .writable = writable_.load()};
  const std::scoped_lock lock(mutex_);
  metrics.queue = queue_.size();
  return metrics;
}

void Writer::run() {
  set_thread_name("kith-writer");
  std::vector<Pending> batch;
  for (;;) {
    WaitingSlice* slice = nullptr;
    {
      std::unique_lock lock(mutex_);
      idle_ = true;
      arrived_.wait(lock, [&] { return stopping_ || !queue_.empty() || !slices_.empty(); });
      idle_ = false;
      if (queue_.empty() && slices_.empty()) return;
      mind_log(lock);
      while (!queue_.empty() && batch.size() < parts_.limits.writer_batch_commands) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      if (!slices_.empty()) {
        slice = slices_.front();
        slices_.pop_front();
      }
    }
    if (!batch.empty()) run_batch(batch);
    batch.clear();
    if (slice != nullptr) run_waiting_slice(*slice);
    mind_wal();
    parts_.after_commit();
  }
}

// A log at its limit slows senders down to what the packer takes away; it never refuses them for ever.
void Writer::mind_log(std::unique_lock<std::mutex>& lock) {
  if (parts_.memory.log_rows.load() < static_cast<int64_t>(parts_.limits.log_rows_max)) return;
  arrived_.wait_for(lock, kSlowDown, [&] { return stopping_ || !slices_.empty(); });
}

void Writer::mind_wal() {
  const bool look = groups_.load() % kGroupsBetweenWalChecks == 0;
  if (db_ == nullptr || !look ||
      parts_.checkpointer.wal_bytes() < static_cast<int64_t>(parts_.limits.wal_restart_bytes))
    return;
  for (;;) {
    const auto restarted = parts_.checkpointer.restart(*db_);
    if (!restarted.has_value() || *restarted) return;
    const std::scoped_lock lock(mutex_);
    if (stopping_ || parts_.checkpointer.wal_bytes() < static_cast<int64_t>(parts_.limits.wal_stop_bytes)) return;
  }
}

void Writer::run_batch(std::vector<Pending>& batch) {
  std::span<Pending> rest(batch);
  while (!rest.empty()) {
    if (auto open = ensure_open(); !open.has_value()) return fail_all(rest, open.error());
    size_t taken = 0;
    Error error;
    switch (run_group(rest, taken, error)) {
      case Outcome::kCommitted:
        resolve(rest.first(taken), std::move(publications_));
        rest = rest.subspan(taken);
        break;
      case Outcome::kRunAlone:
        return run_alone(rest);
      case Outcome::kFailed:
        return fail_all(rest, error);
    }
  }
}

// After a rollback it is not known which command was at fault, nor, after an I/O error, what is on disk: memory has
// caught up, so a command whose first run was committed after all finds its send again.
void Writer::run_alone(std::span<Pending> batch) {
  for (; !batch.empty(); batch = batch.subspan(1)) {
    if (auto open = ensure_open(); !open.has_value()) return fail_all(batch, open.error());
    size_t taken = 0;
    Error error;
    if (run_group(batch.first(1), taken, error) == Outcome::kCommitted) {
      resolve(batch.first(1), std::move(publications_));
    } else if (is_whole_disk(error.reason)) {
      return fail_all(batch, error);
    } else {
      fail_all(batch.first(1), error);
    }
  }
}

// Runs commands from the front of `group` until a limit of the batch is reached. On any outcome but kCommitted nothing
// has happened and `error` says why.
Writer::Outcome Writer::run_group(std::span<Pending> group, size_t& taken, Error& error) {
  const auto undo = [&](Error why) {
    transaction_.rollback();
    ++rollbacks_;
    error = std::move(why);
    return is_whole_disk(error.reason) ? Outcome::kFailed : Outcome::kRunAlone;
  };
  if (auto begun = transaction_.begin(parts_.clock.wall()); !begun.has_value()) return undo(begun.error());
  GroupOverlay& overlay = transaction_.overlay();
  taken = 0;
  while (taken < group.size() && overlay.bytes < parts_.limits.writer_batch_bytes &&
         overlay.member_rows.size() < parts_.limits.writer_batch_read_marks) {
    Pending& pending = group[taken++];
    const int64_t changes = transaction_.changes();
    const size_t publications = overlay.publications.size();
    pending.outcome = pending.command(transaction_);
    if (pending.outcome.has_value()) continue;
    if (is_storage_reason(pending.outcome.error().reason) || transaction_.changes() != changes) {
      return undo(pending.outcome.error());
    }
    overlay.publications.resize(publications);
  }
  const size_t events = overlay.events;
  const bool erased = overlay.erased;
  auto committed = transaction_.commit();
  if (!committed.has_value()) return undo(committed.error());
  publications_ = std::move(*committed);
  if (erased) parts_.checkpointer.note_erasure();
  writable_ = true;
  ++groups_;
  commands_ += taken;
  events_ += events;
  return Outcome::kCommitted;
}

void Writer::resolve(std::span<Pending> group, std::vector<model::Publication> publications) {
  for (Pending& pending : group) pending.resolve(std::move(pending.outcome));
  if (!publications.empty() && parts_.on_committed) parts_.on_committed(std::move(publications));
}

void Writer::fail_all(std::span<Pending> group, const Error& error) {
  if (is_storage_reason(error.reason)) writable_ = false;
  for (Pending& pending : group) pending.resolve(std::unexpected(error));
}

// A connection that met an I/O error is never used again: what its last commit left is unknown.
Result<> Writer::ensure_open() {
  if (db_ != nullptr && !db_->is_broken()) return {};
  db_ = nullptr;
  SqliteDb::Options options = parts_.database;
  options.mode = SqliteDb::Mode::kReadWrite;
  TRY(auto fresh, SqliteDb::open(options));
  TRY_VOID(catch_up(*fresh, parts_.memory));
  use(std::move(fresh));
  log::warn("database opened anew after an error");
  return {};
}

void Writer::run_waiting_slice(WaitingSlice& waiting) {
  Result<> outcome = ensure_open();
  if (outcome.has_value()) {
    outcome = waiting.slice.in_transaction ? run_in_transaction(waiting.slice) : waiting.slice.run(transaction_, *db_);
  }
  if (outcome.has_value() && waiting.slice.publish) waiting.slice.publish(transaction_);
  const std::scoped_lock lock(mutex_);
  waiting.outcome = std::move(outcome);
  slice_done_.notify_all();
}

Result<> Writer::run_in_transaction(const Slice& slice) {
  Result<> outcome = transaction_.begin(parts_.clock.wall());
  if (outcome.has_value()) outcome = slice.run(transaction_, *db_);
  if (outcome.has_value()) {
    if (auto committed = transaction_.commit(); !committed.has_value()) outcome = std::unexpected(committed.error());
  }
  if (!outcome.has_value()) transaction_.rollback();
  return outcome;
}

}  // namespace kith::store
