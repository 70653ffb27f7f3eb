// What is known of every room without reading: its head, how far it is packed, and where its unpacked events stand in
// the log. The writer publishes after each commit; anyone may read.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "model/model.hpp"

namespace kith::store {

/// A room's head and what a reader needs to find its events: seq ≤ packed_seq stands in blocks, later ones in the log.
struct RoomView {
  model::RoomHead head;
  Seq packed_seq = 0;
  Seq first_position_seq = 0;  ///< seq of positions[0]
  std::vector<Pos> positions;  ///< of the wanted unpacked events
};

class RoomHeads {
 public:
  [[nodiscard]] std::optional<model::RoomHead> head(RoomId room) const;
  /// Head, packed_seq and the log positions of the unpacked events with from ≤ seq ≤ to.
  [[nodiscard]] std::optional<RoomView> view(RoomId room, Seq from, Seq to) const;
  [[nodiscard]] std::optional<Seq> packed_seq(RoomId room) const;

  /// A room as found at the start or just created.
  void insert(RoomId room, const model::RoomHead& head, Seq packed_seq);
  /// Moves a room's head over newly committed events; `positions` are theirs, in seq order.
  void advance(RoomId room, const model::RoomHead& head, std::span<const Pos> positions);
  /// Events up to `packed_seq` are in blocks now.
  void set_packed(RoomId room, Seq packed_seq);

 private:
  struct Entry {
    model::RoomHead head;
    Seq packed_seq = 0;
    std::vector<Pos> positions;  // of packed_seq + 1 …
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<RoomId, Entry> rooms;
  };
  static constexpr size_t kShards = 64;

  [[nodiscard]] const Shard& shard(RoomId room) const { return shards_[static_cast<size_t>(room.value) % kShards]; }
  [[nodiscard]] Shard& shard(RoomId room) { return shards_[static_cast<size_t>(room.value) % kShards]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace kith::store
