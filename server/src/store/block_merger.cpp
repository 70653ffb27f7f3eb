#include "store/block_merger.hpp"

#include "store/event_log.hpp"

namespace kith::store {
namespace {

constexpr int64_t kSmallEvents = 64;  // a block with fewer is small
constexpr size_t kRunBlocks = 8;      // fewer small neighbours are not worth the writing
constexpr size_t kRunBlocksMax = 64;  // one slice
constexpr int64_t kPageBlocks = 2'000;

}  // namespace

Result<> BlockMerger::run(const std::function<bool()>& is_wanted_elsewhere) {
  int64_t after = 0;
  for (bool more = true; more && !is_wanted_elsewhere();) {
    std::vector<Keys> runs;
    TRY(more, read_page(after, runs));
    if (!more) end_run(runs);
    for (const Keys& keys : runs) {
      if (is_wanted_elsewhere()) return {};
      TRY_VOID(merge(keys));
    }
  }
  return {};
}

Result<bool> BlockMerger::read_page(int64_t& after, std::vector<Keys>& runs) {
  int64_t rows = 0;
  TRY_VOID(db_.query(sql::block::kList, {after, kPageBlocks}, [&](const Row& row) -> Result<> {
    ++rows;
    after = row.integer(0);
    const bool same_room = !open_run_.empty() && room_of_block(open_run_.back()) == room_of_block(after);
    const bool is_small = row.integer(1) < kSmallEvents;
    if (!is_small || !same_room || open_run_.size() == kRunBlocksMax) end_run(runs);
    if (is_small) open_run_.push_back(after);
    return {};
  }));
  return rows == kPageBlocks;
}

void BlockMerger::end_run(std::vector<Keys>& runs) {
  if (open_run_.size() >= kRunBlocks) runs.push_back(open_run_);
  open_run_.clear();
}

Result<> BlockMerger::merge(const Keys& keys) {
  const auto watch = [this](bool on) {
    return writer_.run_slice({.in_transaction = false,
                              .run = [on](GroupTransaction& group, SqliteDb&) -> Result<> {
                                group.watch_rewrites(on);
                                return {};
                              },
                              .publish = {}});
  };
  TRY_VOID(watch(true));
  Result<> outcome = merge_watched(keys);
  TRY_VOID(watch(false));
  return outcome;
}

Result<> BlockMerger::merge_watched(const Keys& keys) {
  const RoomId room = room_of_block(keys.front());
  std::vector<model::StoredEvent> events;
  for (const int64_t key : keys) {
    TRY_VOID(db_.query(sql::block::kHolding, {key}, [&](const Row& row) -> Result<> {
      const Seq first = first_seq_of_block(row.integer(0));
      return codec_.decode(room, first, row.integer(1), static_cast<BlockFormat>(row.integer(2)), row.text(3), first,
                           ~Seq{0}, events);
    }));
  }
  auto blocks = cut_into_blocks(events, codec_);
  const auto store = [&](GroupTransaction& group, SqliteDb& db) -> Result<> {
    for (const int64_t key : keys) TRY_VOID(db.execute(sql::block::kRemove, {key}));
    for (PackedBlock& block : blocks) {
      TRY_VOID(bring_up_to_date(block, group.watched_rewrites(), codec_));
      TRY_VOID(insert_block(db, block));
    }
    return {};
  };
  return writer_.run_slice({.in_transaction = true, .run = store, .publish = {}});
}

}  // namespace kith::store
