// What the media engine's events mean for those in a call: who is told what.
#pragma once

#include "call/hosted_call.hpp"
#include "sfu/media_control.hpp"

namespace kith::call {

/// Made for one batch of events. Events about participants that have left meanwhile are ignored.
class MediaEvents {
 public:
  MediaEvents(Instant now, const SessionIndex& index, sfu::MediaControl& media)
      : now_(now), index_(index), media_(media) {}

  void operator()(sfu::SubscriberOffer& offer);
  void operator()(sfu::ConnectivityChanged& change);
  void operator()(sfu::TrackPublished& published);
  void operator()(sfu::TrackUnpublished& unpublished);
  void operator()(sfu::TrackSubscribed& subscribed);
  void operator()(sfu::QualityDemandChanged& demand);
  void operator()(sfu::StreamStateChanged& change);
  void operator()(sfu::SubscriptionAllowed& change);
  void operator()(sfu::SpeakersChanged& change);
  void operator()(sfu::QualityChanged& change);
  void operator()(sfu::DataReceived& data);

 private:
  void activate(SignalSession& session);

  const Instant now_;
  const SessionIndex& index_;
  sfu::MediaControl& media_;
};

}  // namespace kith::call
