// One call: its participants, and who gets which track.
#pragma once

#include <memory>
#include <vector>

#include "sfu/participant.hpp"

namespace kith::sfu {

class Call {
 public:
  Call(EngineContext& context, CallId id) : context_(context), id_(id) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] CallId id() const { return id_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Participant>>& participants() const { return participants_; }

  /// Lets somebody in and gives it what there is.
  Participant& add(Instant now, ParticipantId id, ParticipantOptions options);
  /// `participant` is gone afterwards, with its tracks.
  void remove(Instant now, Participant& participant);

  /// Acts on what a publisher's command changed: announces what may be, ends what has ended.
  void apply(Instant now, Participant& publisher, const Publisher::Changes& changes);
  /// Tells everybody of a track that has media or needs none to be told.
  void announce(Instant now, Publication& publication);
  void unpublish(Instant now, Participant& publisher, const TrackSid& track);

  /// Brings subscriptions in line with wishes and permissions: of one participant to all, or of all to one's tracks.
  void reconcile_subscriber(Instant now, Participant& subscriber);
  void reconcile_publisher(Instant now, Participant& publisher);
  /// The same for one track, wherever it is published; unknown tracks are left to their announcement.
  void reconcile_track(Instant now, Participant& subscriber, const TrackSid& track);

  /// Tells who speaks if that changed; call a few times a second.
  void tell_speakers(Instant now);
  /// Tells whose connection is better or worse than before; call every few seconds.
  void tell_quality(Instant now);

  /// Notes which qualities of a track are watched.
  void update_demand(Instant now, Publication& publication);
  /// Tells the publisher what is due of that.
  void tell_demand(Instant now, Participant& publisher);

 private:
  void reconcile(Instant now, Participant& subscriber, Participant& publisher, Publication& publication);

  EngineContext& context_;
  CallId id_;
  std::vector<std::unique_ptr<Participant>> participants_;
  ActiveSpeakers speakers_;
};

}  // namespace kith::sfu
