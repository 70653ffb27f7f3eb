// The first message of a session: welcome, or welcome back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "call/connect.hpp"
#include "livekit/rtc.pb.h"

namespace kith::call {

/// What a call is to its participants beyond who is in it.
struct CallFacts {
  livekit::Room room;
  std::string frame_trailer;  ///< random; would end frames that the server makes in an encrypted call
};

/// `self` and `others`: as they are now. The others must be complete: tracks of somebody unknown are lost in clients.
livekit::SignalResponse make_join_response(const CallFacts& facts, const Connect& connect,
                                           const livekit::ParticipantInfo& self,
                                           std::vector<const livekit::ParticipantInfo*> others);
/// `last_sequence`: of the reliable messages that came from the client; it sends what came after again.
livekit::SignalResponse make_reconnect_response(const Connect& connect, uint32_t last_sequence);
/// A call as it begins; `sid`: "RM_…".
livekit::Room make_room(std::string sid, const std::string& name, int64_t created_at_ms);

}  // namespace kith::call
