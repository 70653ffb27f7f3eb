// Calls as the wire shows them: model → kith.v1.
#pragma once

#include "chat/id_codec.hpp"
#include "kith/v1/call.pb.h"
#include "model/call.hpp"

namespace kith::chat {

/// A call with the participants and ringing users that its value names.
kith::v1::Call present_call(const IdCodec& ids, const model::Call& call);

}  // namespace kith::chat
