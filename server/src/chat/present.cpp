#include "chat/present.hpp"

#include <algorithm>

namespace kith::chat {
namespace {

using model::EventKind;
using model::StoredEvent;

}  // namespace

void set_timestamp(google::protobuf::Timestamp& out, UnixMillis at) {
  out.set_seconds(at.value / 1000);
  out.set_nanos(static_cast<int32_t>(at.value % 1000 * 1'000'000));
}

UnixMillis from_timestamp(const google::protobuf::Timestamp& timestamp) {
  constexpr int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z, the end of protobuf's range
  const int64_t seconds = std::clamp<int64_t>(timestamp.seconds(), 0, kLastSecond);
  const int64_t nanos = std::clamp(timestamp.nanos(), 0, 999'999'999);
  return UnixMillis{seconds * 1000 + nanos / 1'000'000};
}

v1::Message present_message(const IdCodec& ids, const StoredEvent& event) {
  v1::Message message;
  message.set_room_id(ids.encode(event.room));
  message.set_seq(event.seq);
  message.set_ord(event.ord);
  message.set_sender_id(ids.encode(event.sender));
  set_timestamp(*message.mutable_created_at(), event.at);
  message.set_revision(event.revision);
  message.set_txn_tag(event.txn_tag);
  if (event.edited_at.value != 0) set_timestamp(*message.mutable_edited_at(), event.edited_at);
  if (event.kind == EventKind::kMessage) message.set_reply_to_seq(event.target);
  if ((event.flags & model::kDeleted) != 0) {
    message.set_deleted(true);
    return message;
  }
  // Stored content was encoded by this server; block checksums guard it, so a parse error is a defect shown as empty.
  switch (event.kind) {
    case EventKind::kMessage:
      message.mutable_content()->ParseFromString(event.content);
      break;
    case EventKind::kMemberChange:
      message.mutable_member_change()->ParseFromString(event.content);
      break;
    case EventKind::kRoomChange:
      message.mutable_room_change()->ParseFromString(event.content);
      break;
    case EventKind::kCall:
      message.mutable_call()->ParseFromString(event.content);
      message.mutable_call()->mutable_call()->set_seq(event.seq);
      break;
    case EventKind::kEdit:
    case EventKind::kDelete:
      break;
  }
  return message;
}

v1::Event present_event(const IdCodec& ids, const StoredEvent& event, const std::optional<StoredEvent>& target) {
  v1::Event out;
  out.set_room_id(ids.encode(event.room));
  out.set_seq(event.seq);
  if (event.kind == EventKind::kEdit && target) {
    *out.mutable_edited()->mutable_message() = present_message(ids, *target);
  } else if (event.kind == EventKind::kDelete) {
    auto& deleted = *out.mutable_deleted();
    deleted.set_seq(event.target);
    deleted.set_by_user_id(ids.encode(event.sender));
    deleted.set_countable(target && (target->flags & model::kCountable) != 0);
  } else {
    *out.mutable_posted() = present_message(ids, event);
  }
  return out;
}

v1::Room present_room(const IdCodec& ids, const model::Room& room, const model::RoomHead& head) {
  v1::Room out;
  out.set_id(ids.encode(room.id));
  out.set_kind(static_cast<v1::RoomKind>(room.kind));
  out.set_name(room.name);
  out.set_topic(room.topic);
  out.set_history(static_cast<v1::HistoryVisibility>(room.history));
  out.set_member_count(room.member_count);
  out.set_last_seq(head.last_seq);
  set_timestamp(*out.mutable_created_at(), room.created_at);
  if (room.kind == model::RoomKind::kDirect) {
    out.add_direct_user_ids(ids.encode(room.direct_low));
    if (room.direct_high != room.direct_low) out.add_direct_user_ids(ids.encode(room.direct_high));
  }
  return out;
}

v1::Membership present_membership(const IdCodec& ids, const model::Member& member, UnreadCounts counts, Seq last_seq) {
  v1::Membership out;
  out.set_room_id(ids.encode(member.room));
  out.set_state(static_cast<v1::MembershipState>(member.state));
  out.set_role(static_cast<v1::RoomRole>(member.role));
  out.set_read_seq(member.read_seq);
  out.set_unread_count(counts.unread);
  out.set_mention_count(counts.mentions);
  out.set_last_seq(last_seq);
  out.set_level(static_cast<v1::NotificationLevel>(member.level));
  out.set_favourite(member.favourite);
  if (member.state == model::MemberState::kInvited) out.set_invited_by(ids.encode(member.invited_by));
  return out;
}

}  // namespace kith::chat
