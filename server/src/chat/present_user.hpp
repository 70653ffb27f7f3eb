// Users and sessions as the wire shows them, presence as far as the viewer may see it.
#pragma once

#include "chat/id_codec.hpp"
#include "chat/presence.hpp"
#include "kith/v1/types.pb.h"
#include "model/model.hpp"

namespace kith::chat {

namespace v1 = ::kith::v1;

v1::Presence present_presence(const IdCodec& ids, UserId user, const PresenceView& view);
v1::User present_user(const IdCodec& ids, const PresenceTracker& presence, UserId viewer, const model::User& user);
/// current: the session that asks.
v1::Session present_session(const IdCodec& ids, const model::Device& device, DeviceId current);

}  // namespace kith::chat
