#include "store/room_heads.hpp"

#include <algorithm>
#include <cassert>

namespace kith::store {

std::optional<model::RoomHead> RoomHeads::head(RoomId room) const {
  const Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  const auto found = home.rooms.find(room);
  if (found == home.rooms.end()) return std::nullopt;
  return found->second.head;
}

std::optional<RoomView> RoomHeads::view(RoomId room, Seq from, Seq to) const {
  const Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  const auto found = home.rooms.find(room);
  if (found == home.rooms.end()) return std::nullopt;
  const Entry& entry = found->second;
  RoomView view{.head = entry.head, .packed_seq = entry.packed_seq, .first_position_seq = 0, .positions = {}};
  const Seq first = std::max(from, entry.packed_seq + 1);
  const Seq last = std::min(to, entry.packed_seq + entry.positions.size());
  view.first_position_seq = first;
  if (first <= last) {
    const auto begin = entry.positions.begin() + static_cast<ptrdiff_t>(first - entry.packed_seq - 1);
    view.positions.assign(begin, begin + static_cast<ptrdiff_t>(last - first + 1));
  }
  return view;
}

std::optional<Seq> RoomHeads::packed_seq(RoomId room) const {
  const Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  const auto found = home.rooms.find(room);
  if (found == home.rooms.end()) return std::nullopt;
  return found->second.packed_seq;
}

void RoomHeads::insert(RoomId room, const model::RoomHead& head, Seq packed_seq) {
  Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  home.rooms.insert_or_assign(room, Entry{.head = head, .packed_seq = packed_seq, .positions = {}});
}

void RoomHeads::advance(RoomId room, const model::RoomHead& head, std::span<const Pos> positions) {
  Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  Entry& entry = home.rooms[room];
  entry.head = head;
  entry.positions.insert(entry.positions.end(), positions.begin(), positions.end());
  assert(entry.packed_seq + entry.positions.size() == head.last_seq);
}

void RoomHeads::set_packed(RoomId room, Seq packed_seq) {
  Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  Entry& entry = home.rooms[room];
  if (packed_seq <= entry.packed_seq) return;
  const auto count = static_cast<ptrdiff_t>(std::min<Seq>(packed_seq - entry.packed_seq, entry.positions.size()));
  entry.positions.erase(entry.positions.begin(), entry.positions.begin() + count);
  entry.packed_seq = packed_seq;
  if (entry.positions.capacity() > 64 && entry.positions.size() < entry.positions.capacity() / 4) {
    entry.positions.shrink_to_fit();
  }
}

}  // namespace kith::store
