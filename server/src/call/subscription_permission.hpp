// Who may receive a publisher's tracks: clients name people by sid or by identity, the media engine by sid.
#pragma once

#include <string_view>

#include "livekit/rtc.pb.h"
#include "sfu/media_control.hpp"

namespace kith::call {

class HostedCall;

/// Identities nobody has in the call are left out: to be asked again when one comes.
sfu::SubscriptionPermission to_media_permission(const livekit::SubscriptionPermission& permission,
                                                const HostedCall& call);
/// True if the permission names this identity.
bool names(const livekit::SubscriptionPermission& permission, std::string_view identity);

}  // namespace kith::call
