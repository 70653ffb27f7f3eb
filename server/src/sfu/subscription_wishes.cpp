#include "sfu/subscription_wishes.hpp"

#include <algorithm>

namespace kith::sfu {

SubscriptionWishes::Wish& SubscriptionWishes::wish(Instant now, const TrackSid& track) {
  const auto found = wishes_.find(track);
  if (found == wishes_.end() && wishes_.size() >= kTracksMax) {
    wishes_.erase(std::ranges::min_element(wishes_, {}, [](const auto& entry) { return entry.second.at; }));
  }
  Wish& wish = wishes_[track];
  wish.at = now;
  return wish;
}

void SubscriptionWishes::set_subscribed(Instant now, const TrackSid& track, bool is_subscribed) {
  wish(now, track).is_subscribed = is_subscribed;
}

void SubscriptionWishes::set_settings(Instant now, const TrackSid& track, const TrackSettings& settings) {
  wish(now, track).settings = settings;
}

bool SubscriptionWishes::wants(const TrackSid& track) const {
  const auto found = wishes_.find(track);
  return found == wishes_.end() ? auto_subscribe_ : found->second.is_subscribed.value_or(auto_subscribe_);
}

std::optional<TrackSettings> SubscriptionWishes::settings(const TrackSid& track) const {
  const auto found = wishes_.find(track);
  return found == wishes_.end() ? std::nullopt : found->second.settings;
}

bool is_permitted(const SubscriptionPermission& permission, const std::string& participant_sid, const TrackSid& track) {
  if (permission.all_participants) return true;
  return std::ranges::any_of(permission.grants, [&](const SubscriptionPermission::Grant& grant) {
    return grant.participant_sid == participant_sid &&
           (grant.all_tracks || std::ranges::find(grant.tracks, track) != grant.tracks.end());
  });
}

}  // namespace kith::sfu
