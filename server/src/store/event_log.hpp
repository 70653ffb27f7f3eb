// One view of a room's events, wherever they stand: tail in memory, log, blocks. Rule: memory first, then a snapshot
// that is not older; the other order would leave a gap when the packer moves events in between.
#pragma once

#include <vector>

#include "store/block_codec.hpp"
#include "store/db.hpp"
#include "store/memory.hpp"

namespace kith::store {

struct SeqRange {
  Seq from = 1;
  Seq to = 0;
  [[nodiscard]] bool is_empty() const { return from > to; }
  [[nodiscard]] size_t size() const { return is_empty() ? 0 : static_cast<size_t>(to - from + 1); }
};

/// Cuts a wish down to what exists and to `limit` events from its low or high end.
SeqRange clip(SeqRange wish, const model::RoomHead& head, size_t limit, EventReader::Direction direction);

/// A block's key: blocks of one room are neighbours, in seq order.
constexpr int64_t block_key(RoomId room, Seq first_seq) { return room.value << 36 | static_cast<int64_t>(first_seq); }
constexpr RoomId room_of_block(int64_t key) { return RoomId{key >> 36}; }
constexpr Seq first_seq_of_block(int64_t key) { return static_cast<Seq>(key & ((int64_t{1} << 36) - 1)); }

/// Reads events below the tail through one connection.
class EventLog {
 public:
  EventLog(Db& db, BlockCodec& codec) : db_(db), codec_(codec) {}

  /// Appends the events of `range`, which lies within view.head: blocks up to view.packed_seq, then log rows by
  /// position. True if all were there; false if this snapshot does not fit the view (it is older, or the packer went on
  /// since).
  Result<bool> read(RoomId room, SeqRange range, const RoomView& view, std::vector<model::StoredEvent>& out);
  /// Blocks of the room that overlap the range, events outside of it left out.
  Result<> read_blocks(RoomId room, SeqRange range, std::vector<model::StoredEvent>& out);
  /// One log row; nothing is appended if there is none.
  Result<> read_row(RoomId room, Seq seq, Pos pos, std::vector<model::StoredEvent>& out);
  /// How far the room is packed in this snapshot.
  Result<Seq> packed_seq(RoomId room);

 private:
  Db& db_;
  BlockCodec& codec_;
};

}  // namespace kith::store
