// What one participant wants of which tracks, also of tracks it heard of before we did (spec §4.2).
#pragma once

#include <map>
#include <optional>

#include "base/time.hpp"
#include "sfu/media_control.hpp"

namespace kith::sfu {

class SubscriptionWishes {
 public:
  /// Most tracks one participant may have wishes about; beyond it the oldest wish is forgotten.
  static constexpr size_t kTracksMax = 1000;

  /// `auto_subscribe`: wants every track it did not speak of.
  explicit SubscriptionWishes(bool auto_subscribe) : auto_subscribe_(auto_subscribe) {}

  void set_subscribed(Instant now, const TrackSid& track, bool is_subscribed);
  void set_settings(Instant now, const TrackSid& track, const TrackSettings& settings);
  [[nodiscard]] bool wants(const TrackSid& track) const;
  /// nullopt: the viewer has said nothing yet.
  [[nodiscard]] std::optional<TrackSettings> settings(const TrackSid& track) const;
  /// The track is gone for good.
  void forget(const TrackSid& track) { wishes_.erase(track); }

 private:
  struct Wish {
    Instant at;
    std::optional<bool> is_subscribed;
    std::optional<TrackSettings> settings;
  };
  Wish& wish(Instant now, const TrackSid& track);

  bool auto_subscribe_;
  std::map<TrackSid, Wish> wishes_;
};

/// True if a publisher lets the participant have the track.
bool is_permitted(const SubscriptionPermission& permission, const std::string& participant_sid, const TrackSid& track);

}  // namespace kith::sfu
