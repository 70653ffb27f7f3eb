// What the commands of one commit group have changed and memory does not know yet: dropped on rollback, published after
// the commit.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "store/store.hpp"

namespace kith::store {

struct MemberKey {
  RoomId room;
  UserId user;
  bool operator==(const MemberKey&) const = default;
};
struct MemberKeyHash {
  size_t operator()(const MemberKey& key) const noexcept {
    return std::hash<RoomId>()(key.room) * 31 + std::hash<UserId>()(key.user);
  }
};

struct EventKey {
  RoomId room;
  Seq seq = 0;
  bool operator==(const EventKey&) const = default;
};
struct EventKeyHash {
  size_t operator()(const EventKey& key) const noexcept { return std::hash<RoomId>()(key.room) * 31 + key.seq; }
};

using RewrittenEvents = std::unordered_map<EventKey, std::shared_ptr<const model::StoredEvent>, EventKeyHash>;

/// A room that this group appends to or creates.
struct PendingRoom {
  RoomId room;
  model::RoomHead head;
  bool is_new = false;
  std::vector<std::shared_ptr<const model::StoredEvent>> events;
  std::vector<Pos> positions;
};

struct GroupOverlay {
  std::vector<PendingRoom> rooms;  ///< in order of their first event
  std::unordered_map<RoomId, size_t> room_index;
  RewrittenEvents rewritten;
  std::unordered_map<RoomId, model::Room> room_rows;
  std::unordered_map<MemberKey, model::Member, MemberKeyHash> member_rows;
  std::unordered_map<UserId, Version> versions;
  std::vector<model::Publication> publications;
  Pos next_pos = 0;
  size_t events = 0;
  size_t bytes = 0;  ///< of the records appended and rewritten
  bool erased = false;

  PendingRoom* find(RoomId room) {
    const auto found = room_index.find(room);
    return found == room_index.end() ? nullptr : &rooms[found->second];
  }
  void reset(Pos pos) {
    *this = GroupOverlay{};
    next_pos = pos;
  }
};

}  // namespace kith::store
