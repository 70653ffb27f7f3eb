#include "chat/room_entries.hpp"

#include "chat/counts.hpp"

namespace kith::chat {

Result<v1::RoomEntry> RoomEntries::build(const Access& access, bool with_message) {
  const auto head = transaction_.head(access.room.id).value_or(model::RoomHead{});
  TRY(const auto counts, count_unread(transaction_.db(), access.member, access.room.kind, head));
  v1::RoomEntry entry;
  *entry.mutable_room() = present_room(context_.ids, access.room, head);
  *entry.mutable_membership() = present_membership(context_.ids, access.member, counts, head.last_seq);
  if (access.room.kind == model::RoomKind::kDirect) {
    users_.insert(access.room.direct_low);
    users_.insert(access.room.direct_high);
  }
  if (access.member.invited_by) users_.insert(access.member.invited_by);
  const bool may_read = access.member.state == model::MemberState::kIn;
  if (with_message && may_read && head.last_countable_seq >= access.first_readable() && head.last_countable_seq > 0) {
    TRY(const auto event, transaction_.event(access.room.id, head.last_countable_seq));
    if (event) {
      *entry.mutable_last_message() = present_message(context_.ids, *event);
      users_.insert(event->sender);
    }
  }
  return entry;
}

}  // namespace kith::chat
