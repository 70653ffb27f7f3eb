#include "chat/access.hpp"

#include "store/member_repository.hpp"
#include "store/room_repository.hpp"

namespace kith::chat {
namespace {

using model::MemberState;

std::unexpected<Error> room_not_found() { return fail(Reason::kRoomNotFound, "There is no such room.", "room_id"); }

Result<Access> known(std::optional<model::Room> room, std::optional<model::Member> member, UserId user) {
  if (!room) return room_not_found();
  const bool is_inside = member && member->state != MemberState::kLeft;
  if (!is_inside && room->kind != model::RoomKind::kPublic) return room_not_found();
  if (!member) {
    member.emplace();
    member->room = room->id;
    member->user = user;
    member->state = MemberState::kLeft;
  }
  return Access{.room = *std::move(room), .member = *std::move(member)};
}

Result<Access> allowed(Result<Access> access, Action action) {
  if (!access) return access;
  if (access->member.state != MemberState::kIn) return fail(Reason::kNotMember, "You are not in this room.", "room_id");
  if (is_allowed(access->room.kind, access->member.role, action)) return access;
  if (access->room.kind == model::RoomKind::kDirect) {
    return fail(Reason::kDirectRoom, "This cannot be done in a direct room.", "room_id");
  }
  return fail(Reason::kNotAllowed, "Your role in this room does not allow this.");
}

}  // namespace

Result<Access> require_known(store::WriteTransaction& transaction, RoomId room, UserId user) {
  TRY(auto found, transaction.room(room));
  TRY(auto member, transaction.member(room, user));
  return known(std::move(found), std::move(member), user);
}

Result<Access> require_known(store::ReadTransaction& transaction, RoomId room, UserId user) {
  TRY(auto found, store::RoomRepository(transaction.db()).find(room));
  TRY(auto member, store::MemberRepository(transaction.db()).find(room, user));
  if (member) transaction.apply_own_sends(*member);
  return known(std::move(found), std::move(member), user);
}

Result<Access> require(store::WriteTransaction& transaction, RoomId room, UserId user, Action action) {
  return allowed(require_known(transaction, room, user), action);
}

Result<Access> require(store::ReadTransaction& transaction, RoomId room, UserId user, Action action) {
  return allowed(require_known(transaction, room, user), action);
}

}  // namespace kith::chat
