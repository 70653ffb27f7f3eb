// How far users have read by sending: the newest countable send of a user in a room moves the read position, and while
// the event is unpacked only memory says so.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ids.hpp"
#include "model/model.hpp"

namespace kith::store {

struct OwnSend {
  Seq seq = 0;
  Ord ord = 0;
  Pos pos = 0;

  bool operator==(const OwnSend&) const = default;
};

/// Moves a member row over an own send made after the position was set.
inline void apply_own_send(const OwnSend& send, model::Member& member) {
  if (send.pos <= member.read_at || send.seq <= member.read_seq) return;
  member.read_seq = send.seq;
  member.read_ord = send.ord;
}

class OwnSends {
 public:
  void put(RoomId room, UserId user, const OwnSend& send);
  [[nodiscard]] std::optional<OwnSend> find(RoomId room, UserId user) const;
  /// Forgets sends at or before `pos`: member rows have them.
  void forget_up_to(Pos pos);

 private:
  struct Key {
    RoomId room;
    UserId user;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const noexcept {
      return std::hash<RoomId>()(key.room) * 31 + std::hash<UserId>()(key.user);
    }
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<Key, OwnSend, KeyHash> sends;
  };
  static constexpr size_t kShards = 64;
  [[nodiscard]] size_t index(RoomId room) const { return static_cast<size_t>(room.value) % kShards; }

  std::array<Shard, kShards> shards_;
};

}  // namespace kith::store
