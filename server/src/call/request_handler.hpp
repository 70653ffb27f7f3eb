// What each request of a client does: to the media engine, to what the others know, and what is answered.
#pragma once

#include "call/hosted_call.hpp"
#include "livekit/rtc.pb.h"

namespace kith::call {

/// Made for one request. The session may have ended when `handle` returns.
class RequestHandler {
 public:
  RequestHandler(Instant now, SignalSession& session, rtc::Outbox& outbox)
      : now_(now),
        session_(session),
        call_(session.call()),
        context_(call_.context()),
        media_(context_.media),
        outbox_(outbox) {}

  void handle(const livekit::SignalRequest& request);

 private:
  void handle_offer(const livekit::SessionDescription& offer);
  void handle_answer(const livekit::SessionDescription& answer);
  void handle_add_track(const livekit::AddTrackRequest& request);
  void handle_mute(const livekit::MuteTrackRequest& request);
  void handle_subscription(const livekit::UpdateSubscription& update);
  void subscribe(const std::string& track, bool is_wanted);
  void handle_track_setting(const livekit::UpdateTrackSettings& settings);
  void apply_settings(const std::string& track, const sfu::TrackSettings& settings);
  void handle_subscription_permission(const livekit::SubscriptionPermission& permission);
  void handle_sync_state(const livekit::SyncState& state);
  void handle_update_metadata(const livekit::UpdateParticipantMetadata& update);
  void handle_update_audio_track(const livekit::UpdateLocalAudioTrack& update);
  void handle_update_video_track(const livekit::UpdateLocalVideoTrack& update);
  void handle_ping(const livekit::Ping& ping);
  void answer_old_ping();

  const Instant now_;
  SignalSession& session_;
  HostedCall& call_;
  const CallContext& context_;
  sfu::MediaControl& media_;
  rtc::Outbox& outbox_;
};

}  // namespace kith::call
