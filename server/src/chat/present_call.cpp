#include "chat/present_call.hpp"

#include "chat/present.hpp"

namespace kith::chat {

kith::v1::Call present_call(const IdCodec& ids, const model::Call& call) {
  kith::v1::Call out;
  out.set_id(ids.encode(call.id));
  out.set_room_id(ids.encode(call.room));
  out.set_started_by(ids.encode(call.started_by));
  out.set_state(static_cast<kith::v1::CallState>(call.state));
  out.set_outcome(static_cast<kith::v1::CallOutcome>(call.outcome));
  out.set_video(call.is_video);
  set_timestamp(*out.mutable_started_at(), call.started_at);
  if (call.answered_at.value != 0) set_timestamp(*out.mutable_answered_at(), call.answered_at);
  if (call.ended_at.value != 0) set_timestamp(*out.mutable_ended_at(), call.ended_at);
  for (const model::CallMember& member : call.members) {
    if (member.has_joined()) {
      kith::v1::CallParticipant& participant = *out.add_participants();
      participant.set_user_id(ids.encode(member.user));
      set_timestamp(*participant.mutable_joined_at(), member.joined_at);
      if (member.left_at.value != 0) set_timestamp(*participant.mutable_left_at(), member.left_at);
      participant.set_screen_shared(member.has_shared_screen);
    } else if (call.state == model::CallState::kRinging && member.has_ignored()) {
      out.add_ringing_user_ids(ids.encode(member.user));
    }
  }
  out.set_participant_count(call.participants);
  out.set_screen_shared(call.was_screen_shared);
  out.set_seq(call.seq);
  return out;
}

}  // namespace kith::chat
