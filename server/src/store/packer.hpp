// Moves the oldest events from the log into compressed blocks, and joins small blocks when the server is quiet.
//
//   1. read the oldest rows in one snapshot   2. compress them by room, on this thread   3. slices on the writer, one
//   transaction each: blocks and how far their rooms are packed · read positions from own sends · rings of devices ·
//   4. delete the log rows and move the cut. A crash between slices leaves events in both places: packed_seq decides.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "store/memory.hpp"
#include "store/packed_run.hpp"
#include "store/sqlite_db.hpp"
#include "store/writer.hpp"

namespace kith::store {

class Packer {
 public:
  struct Parts {
    std::unique_ptr<SqliteDb> db;  ///< a reading connection of its own
    Memory& memory;
    Writer& writer;
    const Clock& clock;
    Limits limits;
  };
  explicit Packer(Parts parts);
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  /// Starts a pass if the log has grown enough. Cheap, from any thread.
  void wake_if_due();
  /// Packs whatever the log holds and joins small blocks; returns when done. For tests, tools and orderly ends.
  Result<> pack_now();
  /// Ends the thread after the slice under way. The writer must still run, and may still call `wake_if_due` later.
  void stop();
  [[nodiscard]] uint64_t blocks_packed() const { return blocks_packed_.load(); }

 private:
  struct Window;

  void run();
  bool is_due_by_age();
  Result<> pack_up_to(Pos target);
  /// Packs one window; returns how many log rows it took.
  Result<size_t> pass();
  Result<Window> read_window();
  Result<> store_blocks(Window& window);
  Result<> store_slice(std::vector<PackedBlock> blocks);
  Result<> store_read_positions(const Window& window);
  Result<> store_rings(const Window& window);
  Result<> remove_rows(const Window& window);
  Result<> merge_small_blocks();
  [[nodiscard]] Pos last_packable() const;

  Parts parts_;
  BlockCodec codec_;
  Pos own_sends_kept_from_ = 0;  // a reader's snapshot may be as old as the pass before
  std::atomic<uint64_t> blocks_packed_ = 0;

  std::mutex mutex_;
  std::condition_variable woken_;
  std::condition_variable done_;
  bool due_ = false;
  uint64_t asked_ = 0;     // calls of pack_now …
  uint64_t answered_ = 0;  // … and how many a pass has served
  Result<> last_outcome_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace kith::store
