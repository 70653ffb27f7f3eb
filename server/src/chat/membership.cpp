#include "chat/membership.hpp"

#include "store/member_repository.hpp"

namespace kith::chat {
namespace {

using model::MemberState;
using model::RoomRole;
using store::WriteTransaction;

Result<> check_limits(const Context& context, WriteTransaction& transaction, const model::Room& room, UserId user) {
  const Limits& limits = context.limits;
  if (room.member_count >= limits.members_per_room) {
    return fail(Reason::kTooMany, "The room has as many members as a room can have.", "members");
  }
  TRY(const auto rooms, store::MemberRepository(transaction.db()).count_rooms(user));
  if (static_cast<size_t>(rooms) >= limits.rooms_per_user) {
    return fail(Reason::kTooMany, "The user is in as many rooms as a user can be.", "rooms");
  }
  return {};
}

model::EventDraft member_change(const Context& context, UserId by, v1::MemberChange::Action action, UserId user,
                                RoomRole role = RoomRole::kMember) {
  v1::MemberChange change;
  change.set_action(action);
  change.set_user_id(context.ids.encode(user));
  if (action == v1::MemberChange::ACTION_ROLE_CHANGED) change.set_role(static_cast<v1::RoomRole>(role));
  return {.kind = model::EventKind::kMemberChange, .sender = by, .content = change.SerializeAsString()};
}

/// An owner may step down or go only if another stays; the last member of a room may always go.
Result<> check_owner_stays(WriteTransaction& transaction, const model::Member& member, uint32_t members) {
  if (member.role != RoomRole::kOwner || member.state != MemberState::kIn || members <= 1) return {};
  TRY(const auto owners, store::MemberRepository(transaction.db()).count_owners(member.room));
  if (owners > 1) return {};
  return fail(Reason::kLastOwner, "The room needs an owner: make somebody else owner first.");
}

}  // namespace

Result<model::StoredEvent> append_and_publish(WriteTransaction& transaction, RoomId room, model::EventDraft draft,
                                              UserId membership_of, bool is_in) {
  TRY(auto event, transaction.append(room, std::move(draft)));
  transaction.publish(model::RoomEventCommitted{
      .event = event, .target = std::nullopt, .membership_of = membership_of, .is_in = is_in});
  return event;
}

Result<model::Member> let_in(const Context& context, WriteTransaction& transaction, const model::Room& room,
                             UserId user, RoomRole role, UserId via) {
  TRY_VOID(check_limits(context, transaction, room, user));
  TRY(auto old, transaction.member(room.id, user));
  TRY(const auto event,
      append_and_publish(transaction, room.id, member_change(context, via, v1::MemberChange::ACTION_JOINED, user), user,
                         true));
  model::Member member = old.value_or(model::Member{.room = room.id, .user = user});
  member.state = MemberState::kIn;
  member.role = role;
  member.from_seq = room.history == model::History::kSinceJoin ? event.seq : 1;
  member.join_pos = event.pos;
  member.read_seq = event.seq;
  member.read_ord = event.ord;
  member.read_at = event.pos;
  member.invited_by = {};
  return transaction.put_member(std::move(member));
}

Result<> invite(const Context& context, WriteTransaction& transaction, const model::Room& room, UserId user,
                UserId by) {
  TRY_VOID(check_limits(context, transaction, room, user));
  TRY(auto old, transaction.member(room.id, user));
  TRY(const auto event,
      append_and_publish(transaction, room.id, member_change(context, by, v1::MemberChange::ACTION_INVITED, user)));
  model::Member member = old.value_or(model::Member{.room = room.id, .user = user});
  member.state = MemberState::kInvited;
  member.role = RoomRole::kMember;
  member.from_seq = event.seq;
  member.join_pos = event.pos;
  member.read_seq = event.seq;
  member.read_ord = event.ord;
  member.read_at = event.pos;
  member.invited_by = by;
  TRY_VOID(transaction.put_member(std::move(member)));
  return {};
}

Result<> take_out(const Context& context, WriteTransaction& transaction, const model::Room& room, model::Member member,
                  UserId by) {
  TRY_VOID(check_owner_stays(transaction, member, room.member_count));
  const auto action = by == member.user ? v1::MemberChange::ACTION_LEFT : v1::MemberChange::ACTION_REMOVED;
  TRY_VOID(
      append_and_publish(transaction, room.id, member_change(context, by, action, member.user), member.user, false));
  member.state = MemberState::kLeft;
  member.role = RoomRole::kMember;
  member.favourite = false;
  TRY_VOID(transaction.put_member(std::move(member)));
  return {};
}

Result<> change_role(const Context& context, WriteTransaction& transaction, model::Member member, RoomRole role,
                     UserId by) {
  if (member.role == role) return {};
  if (role != RoomRole::kOwner) TRY_VOID(check_owner_stays(transaction, member, UINT32_MAX));
  TRY_VOID(append_and_publish(transaction, member.room,
                              member_change(context, by, v1::MemberChange::ACTION_ROLE_CHANGED, member.user, role)));
  member.role = role;
  TRY_VOID(transaction.put_member(std::move(member)));
  return {};
}

}  // namespace kith::chat
