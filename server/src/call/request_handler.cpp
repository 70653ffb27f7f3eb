#include "call/request_handler.hpp"

#include <algorithm>

#include "call/call_host.hpp"
#include "call/media_words.hpp"
#include "call/signal_limits.hpp"
#include "call/simulation.hpp"
#include "call/subscription_permission.hpp"
#include "call/track_info.hpp"

namespace kith::call {
namespace {

using livekit::RequestResponse;

RequestResponse::Reason to_wire(const Error& error) {
  if (error.reason == Reason::kNotAllowed) return RequestResponse::NOT_ALLOWED;
  if (error.reason == Reason::kTooMany || error.reason == Reason::kTooLarge) return RequestResponse::LIMIT_EXCEEDED;
  return RequestResponse::UNCLASSIFIED_ERROR;
}

template <typename Text>
bool is_long(const Text& text) {
  return text.size() > kTrackNameBytesMax;
}

bool is_oversized(const livekit::AddTrackRequest& request) {
  const auto has_long_name = [](const auto& codec) {
    return is_long(codec.codec()) || is_long(codec.cid()) ||
           static_cast<size_t>(codec.layers_size()) > kTrackLayersMax ||
           std::ranges::any_of(codec.layers(), [](const auto& layer) { return is_long(layer.rid()); });
  };
  return is_long(request.cid()) || is_long(request.name()) || is_long(request.stream()) || is_long(request.sid()) ||
         static_cast<size_t>(request.layers_size()) > kTrackLayersMax ||
         static_cast<size_t>(request.simulcast_codecs_size()) > kTrackCodecsMax ||
         static_cast<size_t>(request.audio_features_size()) > kAudioFeaturesMax ||
         std::ranges::any_of(request.layers(), [](const auto& layer) { return is_long(layer.rid()); }) ||
         std::ranges::any_of(request.simulcast_codecs(), has_long_name);
}

}  // namespace

void RequestHandler::handle(const livekit::SignalRequest& request) {
  using Kind = livekit::SignalRequest;
  switch (request.message_case()) {
    case Kind::kOffer:
      return handle_offer(request.offer());
    case Kind::kAnswer:
      return handle_answer(request.answer());
    case Kind::kTrickle:
      return;  // our own candidates are all in our descriptions, and the client's checks show where it is
    case Kind::kAddTrack:
      return handle_add_track(request.add_track());
    case Kind::kMute:
      return handle_mute(request.mute());
    case Kind::kSubscription:
      return handle_subscription(request.subscription());
    case Kind::kTrackSetting:
      return handle_track_setting(request.track_setting());
    case Kind::kLeave:
      return call_.end_session(now_, session_, livekit::CLIENT_INITIATED, std::nullopt, outbox_);
    case Kind::kSubscriptionPermission:
      return handle_subscription_permission(request.subscription_permission());
    case Kind::kSyncState:
      return handle_sync_state(request.sync_state());
    case Kind::kSimulate:
      if (context_.settings.allows_simulation) simulate(now_, request.simulate(), session_, outbox_);
      return;
    case Kind::kPing:
      return answer_old_ping();
    case Kind::kUpdateMetadata:
      return handle_update_metadata(request.update_metadata());
    case Kind::kPingReq:
      return handle_ping(request.ping_req());
    case Kind::kUpdateAudioTrack:
      return handle_update_audio_track(request.update_audio_track());
    case Kind::kUpdateVideoTrack:
      return handle_update_video_track(request.update_video_track());
    case Kind::MESSAGE_NOT_SET:
      return;  // a kind we do not know: newer clients say more
  }
}

void RequestHandler::handle_offer(const livekit::SessionDescription& offer) {
  auto answer = media_.handle_offer(now_, session_.id(), offer.sdp());
  // A client without an answer waits for 15 s and joins anew: it may do so at once.
  if (!answer) return call_.ask_to_rejoin(now_, session_, livekit::STATE_MISMATCH);
  livekit::SignalResponse response;
  response.mutable_answer()->set_type("answer");
  response.mutable_answer()->set_sdp(std::move(*answer));
  response.mutable_answer()->set_id(offer.id());
  session_.send(response);
}

void RequestHandler::handle_answer(const livekit::SessionDescription& answer) {
  const auto taken = media_.handle_answer(now_, session_.id(), answer.sdp(), answer.id());
  if (!taken) return call_.ask_to_rejoin(now_, session_, livekit::STATE_MISMATCH);
  session_.answer_came();
}

void RequestHandler::handle_add_track(const livekit::AddTrackRequest& request) {
  livekit::SignalResponse response;
  const auto refuse = [&](RequestResponse::Reason reason, const std::string& message) {
    response.mutable_request_response()->set_reason(reason);
    response.mutable_request_response()->set_message(message);
    *response.mutable_request_response()->mutable_add_track() = request;
    session_.send(response);
  };
  if (request.type() != livekit::AUDIO && request.type() != livekit::VIDEO) {
    return refuse(RequestResponse::UNSUPPORTED_TYPE, "Only audio and video are published as tracks.");
  }
  if (is_oversized(request))
    return refuse(RequestResponse::LIMIT_EXCEEDED, "The description of the track is too long.");
  const auto state = media_.add_track(now_, session_.id(), to_track_request(request));
  if (!state) return refuse(to_wire(state.error()), state.error().message);
  // At once: some clients make their offer only when they have this.
  response.mutable_track_published()->set_cid(request.cid());
  *response.mutable_track_published()->mutable_track() = session_.participant.add_track(request, *state);
  session_.send(response);
}

void RequestHandler::handle_mute(const livekit::MuteTrackRequest& request) {
  if (!media_.set_muted(now_, session_.id(), request.sid(), request.muted())) return;
  if (session_.participant.set_muted(request.sid(), request.muted())) call_.tell_update(session_);
}

void RequestHandler::handle_subscription(const livekit::UpdateSubscription& update) {
  std::set<std::string> tracks;  // both lists may name the same ones
  const auto take = [&](const auto& sids) {
    for (const std::string& sid : sids) {
      if (tracks.size() < kTracksPerRequestMax && sid.size() <= kSidBytesMax) tracks.insert(sid);
    }
  };
  take(update.track_sids());
  for (const auto& of_one : update.participant_tracks()) take(of_one.track_sids());
  for (const std::string& track : tracks) subscribe(track, update.subscribe());
}

void RequestHandler::subscribe(const std::string& track, bool is_wanted) {
  media_.set_subscribed(now_, session_.id(), track, is_wanted);
  if (!is_wanted) {
    session_.unknown_tracks.erase(track);
  } else if (!call_.has_track(track) && session_.unknown_tracks.size() < kUnknownTracksMax) {
    session_.unknown_tracks.try_emplace(track, now_);
  }
}

void RequestHandler::handle_track_setting(const livekit::UpdateTrackSettings& settings) {
  const sfu::TrackSettings wanted{.is_disabled = settings.disabled(),
                                  .quality = to_quality(settings.quality()),
                                  .width = settings.width(),
                                  .height = settings.height(),
                                  .fps = settings.fps(),
                                  .priority = settings.priority()};
  size_t count = 0;
  for (const std::string& track : settings.track_sids()) {
    if (++count > kTracksPerRequestMax) return;
    apply_settings(track, wanted);
  }
}

void RequestHandler::apply_settings(const std::string& track, const sfu::TrackSettings& settings) {
  if (track.size() > kSidBytesMax) return;
  auto& known = session_.track_settings;
  if (known.size() < kTrackSettingsMax || known.contains(track)) known.insert_or_assign(track, settings);
  media_.set_track_settings(now_, session_.id(), track, settings);
}

void RequestHandler::handle_subscription_permission(const livekit::SubscriptionPermission& permission) {
  if (permission.ByteSizeLong() > kPermissionBytesMax) return;
  session_.permission = permission;
  media_.set_subscription_permission(now_, session_.id(), to_media_permission(permission, call_));
}

void RequestHandler::handle_sync_state(const livekit::SyncState& state) {
  for (const auto& published : state.publish_tracks()) {
    if (session_.participant.has_track(published.track().sid())) continue;
    return call_.ask_to_rejoin(now_, session_, livekit::STATE_MISMATCH);
  }
  handle_subscription(state.subscription());
  size_t count = 0;
  for (const std::string& track : state.track_sids_disabled()) {
    if (++count > kTracksPerRequestMax) break;
    const auto known = session_.track_settings.find(track);
    sfu::TrackSettings settings = known == session_.track_settings.end() ? sfu::TrackSettings{} : known->second;
    settings.is_disabled = true;
    apply_settings(track, settings);
  }
  const DataPeer receiver{.sid = session_.participant.sid(), .identity = session_.participant.identity()};
  for (const auto& received : state.datachannel_receive_states()) {
    for (const std::string& message :
         call_.data().missed(now_, receiver, received.publisher_sid(), received.last_seq())) {
      if (!media_.send_data(now_, session_.id(), sfu::DataChannel::kReliable, message)) {
        return call_.ask_to_rejoin(now_, session_, livekit::UNKNOWN_REASON);
      }
    }
  }
}

void RequestHandler::handle_update_metadata(const livekit::UpdateParticipantMetadata& update) {
  const auto updated = session_.participant.update(update);
  livekit::SignalResponse response;
  RequestResponse& answer = *response.mutable_request_response();
  answer.set_request_id(update.request_id());
  if (!updated) {
    answer.set_reason(to_wire(updated.error()));
    answer.set_message(updated.error().message);
    *answer.mutable_update_metadata() = update;
    return session_.send(response);
  }
  // Some clients wait for the answer, others for the update of themselves.
  session_.send(response);
  call_.tell_update(session_);
}

void RequestHandler::handle_update_audio_track(const livekit::UpdateLocalAudioTrack& update) {
  livekit::SignalResponse response;
  RequestResponse& answer = *response.mutable_request_response();
  *answer.mutable_update_audio_track() = update;
  if (static_cast<size_t>(update.features_size()) > kAudioFeaturesMax) {
    answer.set_reason(RequestResponse::LIMIT_EXCEEDED);
    return session_.send(response);
  }
  session_.send(response);
  if (session_.participant.set_audio_features(update)) call_.tell_update(session_);
}

void RequestHandler::handle_update_video_track(const livekit::UpdateLocalVideoTrack& update) {
  livekit::SignalResponse response;
  *response.mutable_request_response()->mutable_update_video_track() = update;
  session_.send(response);
  if (session_.participant.set_video_size(update)) call_.tell_update(session_);
}

void RequestHandler::handle_ping(const livekit::Ping& ping) {
  livekit::SignalResponse response;
  response.mutable_pong_resp()->set_last_ping_timestamp(ping.timestamp());
  response.mutable_pong_resp()->set_timestamp(context_.clock.wall().value);
  session_.send(response);
}

void RequestHandler::answer_old_ping() {
  livekit::SignalResponse response;
  response.set_pong(context_.clock.wall().value);
  session_.send(response);
}

}  // namespace kith::call
