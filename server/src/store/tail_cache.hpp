// The newest events of active rooms in memory: what most reads want. Filled by the writer after each commit; a byte
// limit drops the rooms that were quiet longest.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "store/store.hpp"

namespace kith::store {

class TailCache {
 public:
  using Event = std::shared_ptr<const model::StoredEvent>;

  /// Keeps up to `events` of each room, up to about `bytes` in all.
  TailCache(size_t events, size_t bytes);

  /// The room's newest events, in seq order without holes; an empty tail if none are in memory.
  [[nodiscard]] std::shared_ptr<const Tail> tail(RoomId room) const;
  /// One event if it is in memory.
  [[nodiscard]] Event event(RoomId room, Seq seq) const;

  /// Appends newly committed events, in seq order.
  void push(RoomId room, std::span<const Event> events);
  /// Puts an edited or erased event in the place of its former self.
  void replace(const Event& event);
  [[nodiscard]] uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::vector<Event> ring;  // the oldest at `start` once it is full
    size_t start = 0;
    size_t bytes = 0;
    std::shared_ptr<const Tail> built;  // made when asked for, dropped by the next change
    std::list<RoomId>::iterator recent;
    [[nodiscard]] const Event& newest() const { return ring[(start + ring.size() - 1) % ring.size()]; }
  };
  struct Shard {
    mutable std::mutex mutex;
    mutable std::unordered_map<RoomId, Entry> rooms;
    std::list<RoomId> recent;  // most recently written first
    size_t bytes = 0;
  };
  static constexpr size_t kShards = 64;

  [[nodiscard]] Shard& shard(RoomId room) const { return shards_[static_cast<size_t>(room.value) % kShards]; }
  static Event* find(Entry& entry, Seq seq);
  void push_one(Entry& entry, const Event& event);
  void shrink(Shard& shard, RoomId keep);

  size_t events_;
  size_t shard_bytes_;
  std::atomic<uint64_t> bytes_ = 0;
  mutable std::array<Shard, kShards> shards_;
};

}  // namespace kith::store
