#include "store/event_log.hpp"

#include <algorithm>

#include "store/record.hpp"

namespace kith::store {

SeqRange clip(SeqRange wish, const model::RoomHead& head, size_t limit, EventReader::Direction direction) {
  SeqRange range{.from = std::max(wish.from, head.first_seq), .to = std::min(wish.to, head.last_seq)};
  if (limit == 0) return SeqRange{};
  if (range.size() <= limit) return range;
  if (direction == EventReader::Direction::kForward) {
    range.to = range.from + limit - 1;
  } else {
    range.from = range.to - limit + 1;
  }
  return range;
}

Result<bool> EventLog::read(RoomId room, SeqRange range, const RoomView& view, std::vector<model::StoredEvent>& out) {
  const size_t before = out.size();
  const SeqRange packed{.from = range.from, .to = std::min(range.to, view.packed_seq)};
  if (!packed.is_empty()) TRY_VOID(read_blocks(room, packed, out));
  if (out.size() - before != packed.size()) return false;
  for (Seq seq = std::max(range.from, view.packed_seq + 1); seq <= range.to; ++seq) {
    const size_t index = static_cast<size_t>(seq - view.first_position_seq);
    if (seq < view.first_position_seq || index >= view.positions.size()) return false;
    TRY_VOID(read_row(room, seq, view.positions[index], out));
  }
  return out.size() - before == range.size();
}

Result<> EventLog::read_blocks(RoomId room, SeqRange range, std::vector<model::StoredEvent>& out) {
  const int64_t first = block_key(room, range.from);
  const int64_t last = block_key(room, range.to);
  return db_.query(sql::block::kRange, {first, last}, [&](const Row& row) -> Result<> {
    const int64_t key = row.integer(0);
    if (room_of_block(key) != room) return {};  // the neighbour before the room's first block
    return codec_.decode(room, first_seq_of_block(key), row.integer(1), static_cast<BlockFormat>(row.integer(2)),
                         row.text(3), range.from, range.to, out);
  });
}

Result<> EventLog::read_row(RoomId room, Seq seq, Pos pos, std::vector<model::StoredEvent>& out) {
  return db_.query(sql::log::kFind, {pos}, [&](const Row& row) -> Result<> {
    if (row.integer(0) != room.value || static_cast<Seq>(row.integer(1)) != seq) {
      return fail(Reason::kDataDamaged, "A stored event is damaged.");
    }
    TRY(auto event, decode_record(room, seq, pos, row.text(2)));
    out.push_back(std::move(event));
    return {};
  });
}

Result<Seq> EventLog::packed_seq(RoomId room) {
  Seq packed = 0;
  TRY_VOID(db_.query(sql::room_head::kPackedSeq, {room.value}, [&](const Row& row) -> Result<> {
    packed = static_cast<Seq>(row.integer(0));
    return {};
  }));
  return packed;
}

}  // namespace kith::store
