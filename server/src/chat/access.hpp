// Loading a room for a caller and asking the permission table: the way into every room.
#pragma once

#include "base/result.hpp"
#include "chat/permissions.hpp"
#include "model/model.hpp"
#include "store/store.hpp"

namespace kith::chat {

/// A room and the caller's place in it.
struct Access {
  model::Room room;
  model::Member member;

  /// First seq the caller may read.
  [[nodiscard]] Seq first_readable() const { return member.from_seq; }
};

/// The caller is in the room and may do this. Errors: kRoomNotFound if the caller may not know of the room, kNotMember
/// in a public room or before an invitation is taken, kDirectRoom, kNotAllowed.
Result<Access> require(store::WriteTransaction& transaction, RoomId room, UserId user, Action action);
Result<Access> require(store::ReadTransaction& transaction, RoomId room, UserId user, Action action);

/// The caller may know of the room: in it, invited, or it is public; `member.state` tells which (kLeft if no row).
/// Errors: kRoomNotFound.
Result<Access> require_known(store::WriteTransaction& transaction, RoomId room, UserId user);
Result<Access> require_known(store::ReadTransaction& transaction, RoomId room, UserId user);

}  // namespace kith::chat
