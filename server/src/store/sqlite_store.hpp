// The embedded store: one SQLite file, one writer thread, R readers, a packer and a checkpointer, wired together.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "store/search_follower.hpp"
#include "store/store.hpp"

namespace kith::store {

class SqliteStore final : public Store {
 public:
  struct Options {
    std::string path;  ///< of the database file; its folder exists
    const Clock& clock;
    Random& random;
    Limits limits = {};
    size_t readers = 2;
    OnCommitted on_committed = {};
    std::chrono::milliseconds erase_within{
        60'000};                ///< from an erasure to the emptying of the WAL, at most ten minutes
    const char* vfs = nullptr;  ///< SQLite's file layer by name: tests inject faults through it
  };
  /// Opens or creates the file, migrates it, rebuilds memory, starts the threads. Errors: kStorageReadOnly,
  /// kStorageFull, kDataDamaged, kStorageFailed (a newer schema, a file in use).
  static Result<std::unique_ptr<SqliteStore>> open(Options options);
  /// Finishes what was accepted, then closes the file. No call may be under way in another thread.
  ~SqliteStore() override;

  void submit_write(WriteCommand command, Resolve resolve) override;
  void submit_read(ReadQuery query, Resolve resolve) override;
  [[nodiscard]] std::optional<model::RoomHead> head(RoomId room) const override;
  [[nodiscard]] std::shared_ptr<const Tail> tail(RoomId room) const override;
  [[nodiscard]] Pos durable_head() const override;
  [[nodiscard]] uint64_t epoch() const override;
  [[nodiscard]] bool is_known(uint64_t epoch, Pos pos) const override;
  [[nodiscard]] StoreMetrics metrics() const override;

  /// What the search follower reads; for one thread. It must end before the store.
  [[nodiscard]] SearchSource& search_source();
  /// Packs what the log holds and joins small blocks now; returns when done. For tests and tools.
  Result<> pack_now();
  /// The last step of erasing: nothing erased before this call is in any byte of the store's files afterwards. Writes
  /// the file anew while writes wait: for a quiet hour. Errors: kBusy if a reader or the search follower still needs
  /// erased text (index_todo), kStorageFull.
  Result<> finish_erasure();

 private:
  struct Parts;
  explicit SqliteStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace kith::store
