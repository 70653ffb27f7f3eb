// What a client's own account of itself means for how it is served: the work-arounds for browsers, in one place.
#pragma once

#include "call/connect.hpp"
#include "livekit/models.pb.h"

namespace kith::call {

/// How the media engine is to treat the client.
sfu::ParticipantOptions participant_options(const Connect& connect, std::string sid);
/// Codecs that browsers claim but do badly.
livekit::ClientConfiguration client_configuration(const ClientInfo& client);
/// The capabilities that we have a number for.
livekit::ClientInfo::Capability capability_of(std::string_view name);

}  // namespace kith::call
