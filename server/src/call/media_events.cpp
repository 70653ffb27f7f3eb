#include "call/media_events.hpp"

#include <algorithm>
#include <array>

#include "call/media_words.hpp"

namespace kith::call {

using livekit::LeaveRequest;
using livekit::SignalResponse;

void MediaEvents::operator()(sfu::SubscriberOffer& offer) {
  SignalSession* session = index_.find(offer.participant);
  if (session == nullptr || !session->has_socket()) return;  // who resumes gets a new one
  SignalResponse response;
  response.mutable_offer()->set_type("offer");
  response.mutable_offer()->set_sdp(std::move(offer.sdp));
  response.mutable_offer()->set_id(offer.id);
  session->send(response);
  session->offer_sent(now_);
}

void MediaEvents::operator()(sfu::ConnectivityChanged& change) {
  SignalSession* session = index_.find(change.participant);
  if (session == nullptr) return;
  using State = sfu::ConnectivityChanged::State;
  switch (change.state) {
    case State::kActive:
      return activate(*session);
    case State::kReconnected:
      return session->media_back();
    case State::kDisconnected: {
      session->media_lost(now_);
      livekit::ConnectionQualityInfo lost;
      lost.set_participant_sid(session->participant.sid());
      lost.set_quality(livekit::LOST);
      // Not to itself: it would join anew, where a resume may do.
      return session->call().tell_quality(*session, std::move(lost), false);
    }
    case State::kFailed:
      session->media_lost(now_);
      session->send_leave(LeaveRequest::RESUME, livekit::MEDIA_FAILURE);
      return session->call().drop_socket(now_, *session);
  }
}

void MediaEvents::activate(SignalSession& session) {
  HostedCall& call = session.call();
  session.set_active();
  session.participant.set_state(livekit::ParticipantInfo::ACTIVE);
  call.show(now_, session);
  call.tell_standing(session);
  if (!session.is_attending) call.attend(session);
}

void MediaEvents::operator()(sfu::TrackPublished& published) {
  SignalSession* session = index_.find(published.publisher);
  if (session == nullptr || !session->participant.publish_track(published.track)) return;
  HostedCall& call = session->call();
  if (published.track.source == sfu::TrackSource::kScreenShare) call.note_screen_share(*session);
  // A track may come before its publisher counts as connected: who gets it must know both.
  call.show(now_, *session);
}

void MediaEvents::operator()(sfu::TrackUnpublished& unpublished) {
  SignalSession* session = index_.find(unpublished.publisher);
  if (session == nullptr) return;
  SignalResponse response;
  response.mutable_track_unpublished()->set_track_sid(unpublished.track);
  session->send(response);
  if (session->participant.remove_track(unpublished.track)) session->call().tell_update(*session);
}

void MediaEvents::operator()(sfu::TrackSubscribed& subscribed) {
  SignalSession* session = index_.find(subscribed.publisher);
  if (session == nullptr) return;
  SignalResponse response;
  response.mutable_track_subscribed()->set_track_sid(subscribed.track);
  session->send(response);
}

void MediaEvents::operator()(sfu::QualityDemandChanged& demand) {
  SignalSession* session = index_.find(demand.publisher);
  if (session == nullptr) return;
  SignalResponse response;
  livekit::SubscribedQualityUpdate& update = *response.mutable_subscribed_quality_update();
  update.set_track_sid(demand.track);
  livekit::SubscribedCodec& codec = *update.add_subscribed_codecs();
  codec.set_codec(std::string(short_name_of(demand.codec)));
  for (const auto quality : {sfu::VideoQuality::kLow, sfu::VideoQuality::kMedium, sfu::VideoQuality::kHigh}) {
    // Whoever is served the larger ones may have to fall back: those below stay on.
    const bool is_enabled = std::ranges::any_of(demand.enabled, [&](const sfu::VideoQuality enabled) {
      return enabled != sfu::VideoQuality::kOff && enabled >= quality;
    });
    livekit::SubscribedQuality wire;
    wire.set_quality(to_wire(quality));
    wire.set_enabled(is_enabled);
    *codec.add_qualities() = wire;
    *update.add_subscribed_qualities() = std::move(wire);
  }
  session->send(response);
}

void MediaEvents::operator()(sfu::StreamStateChanged& change) {
  SignalSession* subscriber = index_.find(change.subscriber);
  const SignalSession* publisher = index_.find(change.publisher);
  if (subscriber == nullptr || publisher == nullptr) return;
  if (change.is_paused) {
    subscriber->paused_tracks.insert_or_assign(change.track, publisher->participant.sid());
  } else {
    subscriber->paused_tracks.erase(change.track);
  }
  SignalResponse response;
  livekit::StreamStateInfo& state = *response.mutable_stream_state_update()->add_stream_states();
  state.set_participant_sid(publisher->participant.sid());
  state.set_track_sid(change.track);
  state.set_state(change.is_paused ? livekit::PAUSED : livekit::ACTIVE);
  subscriber->send(response);
}

void MediaEvents::operator()(sfu::SubscriptionAllowed& change) {
  SignalSession* subscriber = index_.find(change.subscriber);
  const SignalSession* publisher = index_.find(change.publisher);
  if (subscriber == nullptr || publisher == nullptr) return;
  SignalResponse response;
  livekit::SubscriptionPermissionUpdate& update = *response.mutable_subscription_permission_update();
  update.set_participant_sid(publisher->participant.sid());
  update.set_track_sid(change.track);
  update.set_allowed(change.is_allowed);
  subscriber->send(response);
}

void MediaEvents::operator()(sfu::SpeakersChanged& change) {
  std::vector<livekit::SpeakerInfo> speakers;
  HostedCall* call = nullptr;
  for (const auto& speaker : change.speakers) {
    const SignalSession* session = index_.find(speaker.participant);
    if (session == nullptr) continue;
    call = &session->call();
    livekit::SpeakerInfo info;
    info.set_sid(session->participant.sid());
    info.set_level(speaker.level);
    info.set_active(speaker.is_active);
    speakers.push_back(std::move(info));
  }
  if (call != nullptr) call->tell_speakers(std::move(speakers));
}

void MediaEvents::operator()(sfu::QualityChanged& change) {
  SignalSession* session = index_.find(change.participant);
  if (session == nullptr) return;
  livekit::ConnectionQualityInfo quality;
  quality.set_participant_sid(session->participant.sid());
  quality.set_quality(to_wire(change.quality));
  quality.set_score(change.score);
  session->call().tell_quality(*session, std::move(quality), true);
}

void MediaEvents::operator()(sfu::DataReceived& data) {
  SignalSession* sender = index_.find(data.participant);
  if (sender == nullptr || !sender->connect().permissions.can_publish_data) return;
  HostedCall& call = sender->call();
  const DataPeer from{.sid = sender->participant.sid(), .identity = sender->participant.identity()};
  const auto routed = call.data().take(now_, from, data.channel, data.message);
  if (!routed) return;
  for (const auto& [id, session] : call.sessions()) {
    const DataPeer to{.sid = session->participant.sid(), .identity = session->participant.identity()};
    if (session.get() == sender || !routed->is_for(to)) continue;
    if (media_.send_data(now_, id, data.channel, routed->message)) continue;
    // Too slow to ever catch up: begin again.
    call.ask_to_rejoin(now_, *session, livekit::UNKNOWN_REASON);
  }
}

}  // namespace kith::call
