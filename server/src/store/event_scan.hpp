// All events of the server in commit order, from blocks and log, for those who follow the store: the search index.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "store/block_codec.hpp"
#include "store/memory.hpp"
#include "store/search_follower.hpp"
#include "store/sqlite_db.hpp"
#include "store/startup.hpp"
#include "store/writer.hpp"

namespace kith::store {

/// For one thread, with a connection of its own.
class EventScan final : public SearchSource {
 public:
  struct Parts {
    std::unique_ptr<SqliteDb> db;
    SqliteDb::Options database;
    Memory& memory;
    Writer& writer;
    const std::vector<Epoch>& epochs;
  };
  explicit EventScan(Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] Pos durable_head() const override { return parts_.memory.durable_head.load(); }
  [[nodiscard]] uint64_t epoch() const override { return parts_.epochs.back().id; }
  [[nodiscard]] bool is_known(uint64_t epoch, Pos pos) const override;
  /// From the log this is one range read. Behind the cut it reads windows of blocks and sorts them.
  Result<std::vector<model::StoredEvent>> events_after(Pos after, size_t limit) override;
  Result<std::optional<model::StoredEvent>> event(RoomId room, Seq seq) override;
  Result<std::vector<IndexTodo>> index_todo(size_t limit) override;
  Result<> drop_index_todo(int64_t up_to_number) override;
  void set_search_position(Pos position) override { parts_.memory.follower_pos = position; }

 private:
  struct BlockPlace {
    Pos after = 0;  ///< all its events are later
    Pos last = 0;
    int64_t key = 0;
    int64_t count = 0;
  };

  Result<> scan_log(Pos after, size_t limit, std::vector<model::StoredEvent>& out);
  Result<> scan_blocks(Pos after, Pos cut, size_t limit, std::vector<model::StoredEvent>& out);
  Result<> list_blocks(Pos cut);
  Result<bool> fill_window(Pos after);
  Result<bool> read_block(const BlockPlace& place);

  Parts parts_;
  BlockCodec codec_;
  std::unique_ptr<SqliteDb> newer_;
  std::vector<BlockPlace> places_;  ///< by `after`; complete up to places_cut_
  Pos places_cut_ = 0;
  std::vector<model::StoredEvent> window_;  ///< by pos; complete in (window_from_, window_to_]
  Pos window_from_ = 0;
  Pos window_to_ = 0;
  uint64_t window_rewrites_ = 0;  ///< an edit since makes the window stale
};

}  // namespace kith::store
