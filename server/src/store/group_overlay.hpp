// What the commands of one commit group have changed and memory does not know yet: dropped on rollback, published after
// the commit.
#pragma once

#include <memory>
#include <span>
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
  RewrittenEvents rewritten;
  std::unordered_map<RoomId, model::Room> room_rows;
  std::unordered_map<MemberKey, model::Member, MemberKeyHash> member_rows;
  std::unordered_map<UserId, Version> versions;
  std::vector<model::Publication> publications;
  Pos next_pos = 0;
  size_t events = 0;
  size_t bytes = 0;  ///< of the records appended and rewritten
  bool erased = false;

  /// In order of their first event.
  [[nodiscard]] std::span<PendingRoom> rooms() { return {rooms_.data(), rooms_used_}; }
  PendingRoom* find(RoomId room) {
    const auto found = room_index_.find(room);
    return found == room_index_.end() ? nullptr : &rooms_[found->second];
  }
  /// Valid until the next `add`.
  PendingRoom& add(RoomId room, const model::RoomHead& head, bool is_new) {
    if (rooms_used_ == rooms_.size()) rooms_.emplace_back();
    room_index_.emplace(room, rooms_used_);
    PendingRoom& added = rooms_[rooms_used_++];
    added.room = room;
    added.head = head;
    added.is_new = is_new;
    added.events.clear();
    added.positions.clear();
    return added;
  }
  void reset(Pos pos) {
    for (PendingRoom& room : rooms()) room.events.clear();
    rooms_used_ = 0;
    room_index_.clear();
    rewritten.clear();
    room_rows.clear();
    member_rows.clear();
    versions.clear();
    publications.clear();
    next_pos = pos;
    events = 0;
    bytes = 0;
    erased = false;
  }

 private:
  // Used again by the next group with the memory they have: a group touches nearly as many rooms as it has events.
  std::vector<PendingRoom> rooms_;
  size_t rooms_used_ = 0;
  std::unordered_map<RoomId, size_t> room_index_;
};

}  // namespace kith::store
