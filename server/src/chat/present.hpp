// Stored values as the wire shows them: model → kith.v1.
#pragma once

#include "base/time.hpp"
#include "chat/id_codec.hpp"
#include "kith/v1/sync.pb.h"
#include "kith/v1/types.pb.h"
#include "model/model.hpp"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// Unread and mention counts of one member of one room (docs/data.md, "Counts").
struct UnreadCounts {
  uint32_t unread = 0;
  uint32_t mentions = 0;
};

void set_timestamp(google::protobuf::Timestamp& out, UnixMillis at);
/// Milliseconds of a client's timestamp; out-of-range values are clamped to years 1970 to 9999.
UnixMillis from_timestamp(const google::protobuf::Timestamp& timestamp);

/// One timeline entry. Events that are not entries (edits, deletions) have no message.
v1::Message present_message(const IdCodec& ids, const model::StoredEvent& event);
/// An event as connections are told; `target` as in model::RoomEventCommitted.
v1::Event present_event(const IdCodec& ids, const model::StoredEvent& event,
                        const std::optional<model::StoredEvent>& target);
v1::Room present_room(const IdCodec& ids, const model::Room& room, const model::RoomHead& head);
/// `counts` as of `last_seq`.
v1::Membership present_membership(const IdCodec& ids, const model::Member& member, UnreadCounts counts, Seq last_seq);

/// True for events that ListMessages lists.
constexpr bool is_timeline_entry(model::EventKind kind) {
  return kind == model::EventKind::kMessage || kind == model::EventKind::kMemberChange ||
         kind == model::EventKind::kRoomChange || kind == model::EventKind::kCall;
}

}  // namespace kith::chat
