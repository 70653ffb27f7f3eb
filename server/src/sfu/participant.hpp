// Somebody in a call: what it publishes, what it gets, and what it said it wants.
#pragma once

#include <map>

#include "sfu/publisher.hpp"
#include "sfu/subscriber.hpp"
#include "sfu/subscription_wishes.hpp"

namespace kith::sfu {

class Call;

class Participant {
 public:
  Participant(EngineContext& context, ParticipantId participant, Call& in_call, ParticipantOptions participant_options)
      : id(participant),
        call(in_call),
        options(std::move(participant_options)),
        wishes(options.auto_subscribe),
        publisher(context, id, options),
        subscriber(context, id, options) {}
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;

  const ParticipantId id;
  Call& call;
  ParticipantOptions options;
  SubscriptionWishes wishes;
  SubscriptionPermission permission;
  Publisher publisher;
  Subscriber subscriber;
  /// What was last told of its connections; kActive and kReconnected both mean up.
  std::optional<ConnectivityChanged::State> connectivity;
  std::optional<Instant> down_since;
  ParticipantQuality quality;
  TrackQuality received_quality;  ///< of all it is sent
  /// Channels its client has opened, by their numbers.
  std::map<uint16_t, DataChannel> data_channels;
  bool is_touched = false;           ///< has something to finish in this pass
  Instant wake_at = Instant::max();  ///< its deadline in the engine's schedule

  /// Marks its tracks since the last time, about every five seconds; says so if the result changed.
  std::optional<QualityChanged> measure_quality(Instant now);
  /// Loudness of its loudest microphone, 0 to 1.
  float loudness(Instant now);
  /// The connection that decides whether the participant is there.
  [[nodiscard]] const rtc::PeerTransport* primary() const {
    return options.permissions.can_subscribe ? &subscriber.transport() : publisher.transport();
  }
};

}  // namespace kith::sfu
