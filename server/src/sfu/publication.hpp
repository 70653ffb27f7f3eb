// A track of a participant: what was announced of it, its media, and who watches.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sfu/audio_levels.hpp"
#include "sfu/connection_quality.hpp"
#include "sfu/media_control.hpp"
#include "sfu/published_track.hpp"
#include "sfu/quality_demand.hpp"

namespace kith::sfu {

class Subscription;

struct Publication {
  ParticipantId publisher;
  std::string publisher_sid;
  TrackState state;
  TrackRequest request;
  /// Set once an offer carries the track.
  std::optional<PublishedTrack> media;
  /// The track's name in the offer that carries it. Firefox makes one up that is not the announced one.
  std::string offered_name;
  bool is_announced = false;
  /// Of the publisher: for the reports that keep its tracks in step.
  const ParticipantClock* clock = nullptr;
  std::vector<Subscription*> subscriptions;
  QualityDemand demand;
  AudioLevelMeter loudness;
  TrackQuality quality;
  ReceiveStream::Counts counted;  ///< of all encodings, when quality was measured last

  [[nodiscard]] bool is_screen() const { return state.source == TrackSource::kScreenShare; }
};

}  // namespace kith::sfu
