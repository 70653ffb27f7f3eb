#include "call/subscription_permission.hpp"

#include <algorithm>

#include "call/hosted_call.hpp"

namespace kith::call {

sfu::SubscriptionPermission to_media_permission(const livekit::SubscriptionPermission& permission,
                                                const HostedCall& call) {
  sfu::SubscriptionPermission out;
  out.all_participants = permission.all_participants();
  for (const auto& grant : permission.track_permissions()) {
    std::string sid = grant.participant_sid();
    if (sid.empty()) {
      const SignalSession* named = call.find_identity(grant.participant_identity());
      if (named == nullptr) continue;
      sid = named->participant.sid();
    }
    out.grants.push_back({.participant_sid = std::move(sid),
                          .all_tracks = grant.all_tracks(),
                          .tracks = {grant.track_sids().begin(), grant.track_sids().end()}});
  }
  return out;
}

bool names(const livekit::SubscriptionPermission& permission, std::string_view identity) {
  return std::ranges::any_of(permission.track_permissions(),
                             [&](const auto& grant) { return grant.participant_identity() == identity; });
}

}  // namespace kith::call
