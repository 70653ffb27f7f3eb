// One track on its way to one subscriber.
#pragma once

#include <optional>

#include "sfu/publication.hpp"
#include "sfu/subscribed_track.hpp"

namespace kith::sfu {

class Subscriber;

class Subscription {
 public:
  Subscription(Publication& of_publication, Subscriber& to_subscriber, const SubscribedTrack::Options& options,
               Random& random)
      : publication(of_publication), subscriber(to_subscriber), media(options, random) {}

  Publication& publication;
  Subscriber& subscriber;
  SubscribedTrack media;
  size_t section = 0;                     ///< of the subscriber's offer
  bool is_accepted = false;               ///< the client's answer takes it
  bool is_started = false;                ///< its first packets may have left
  bool is_granted = false;                ///< got a layer at least once
  bool is_paused = false;                 ///< for lack of bandwidth
  std::optional<TrackSettings> settings;  ///< nullopt: the viewer has not said

  [[nodiscard]] bool is_video() const { return publication.state.kind == MediaKind::kVideo; }
};

}  // namespace kith::sfu
