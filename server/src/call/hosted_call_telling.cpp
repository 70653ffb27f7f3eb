// What everybody in a call is told of the others: participants, speakers, connection quality, how many there are.
#include <algorithm>

#include "call/hosted_call.hpp"
#include "call/signal_limits.hpp"

namespace kith::call {

using livekit::ParticipantInfo;

void HostedCall::tell_all(const livekit::SignalResponse& response) {
  for (const auto& [id, session] : sessions_) session->send(response);
}

void HostedCall::tell_infos(SignalSession* to, const std::vector<const ParticipantInfo*>& infos) {
  livekit::SignalResponse response;
  size_t size = 0;
  const auto flush = [&] {
    if (size == 0) return;
    to != nullptr ? to->send(response) : tell_all(response);
    response.Clear();
    size = 0;
  };
  for (const ParticipantInfo* info : infos) {
    const size_t added = info->ByteSizeLong();
    if (size + added > kUpdateBytesMax) flush();
    *response.mutable_update()->add_participants() = *info;
    size += added;
  }
  flush();
}

void HostedCall::tell_update(const SignalSession& about) {
  // A newcomer whose turn has not come yet is told whole then.
  if (!about.is_visible || newcomers_.contains(about.id())) {
    livekit::SignalResponse response;
    *response.mutable_update()->add_participants() = about.participant.info();
    sessions_.at(about.id())->send(response);
    return;
  }
  tell_infos(nullptr, {&about.participant.info()});
}

void HostedCall::show(Instant now, SignalSession& session) {
  if (!session.is_visible) {
    session.is_visible = true;
    session.replaced.reset();
    ++visible_count_;
    counts_changed_ = true;
    newcomers_.insert(session.id());
  }
  // Who publishes must be known before the tracks arrive; in a large call the others can wait to be announced together.
  const bool waits = !session.participant.is_publisher() && visible_count_ > kJoinsAtOnceMax;
  if (waits && now - newcomers_told_at_ < kJoinsEvery) {
    tell_update(session);
    return;
  }
  if (waits) {
    tell_newcomers(now);
    return;
  }
  newcomers_.erase(session.id());
  tell_update(session);
}

void HostedCall::tell_newcomers(Instant now) {
  newcomers_told_at_ = now;
  std::vector<const ParticipantInfo*> infos;
  for (const sfu::ParticipantId id : newcomers_) infos.push_back(&sessions_.at(id)->participant.info());
  newcomers_.clear();
  tell_infos(nullptr, infos);
}

void HostedCall::tell_gone(Instant now, ParticipantInfo info) {
  tell_infos(nullptr, {&info});
  std::erase_if(gone_, [&](const Gone& gone) { return gone.info.identity() == info.identity(); });
  gone_.push_back({.at = now, .info = std::move(info)});
}

void HostedCall::send_roster(SignalSession& to) {
  std::vector<const ParticipantInfo*> infos;
  // First who is gone: one client forgets nobody unless told so. Not those who are back under the same identity, which
  // clients know people by.
  for (const Gone& gone : gone_) {
    const SignalSession* back = find_identity(gone.info.identity());
    if (back == nullptr || !back->is_visible) infos.push_back(&gone.info);
  }
  for (const auto& [id, session] : sessions_) {
    if (session->is_visible || session.get() == &to) infos.push_back(&session->participant.info());
  }
  tell_infos(&to, infos);
}

void HostedCall::tell_standing(SignalSession& session) {
  if (!speakers_.empty()) {
    livekit::SignalResponse response;
    for (const auto& speaker : speakers_) *response.mutable_speakers_changed()->add_speakers() = speaker;
    session.send(response);
  }
  livekit::SignalResponse qualities;
  for (const auto& [id, other] : sessions_) {
    if (other.get() == &session || !other->quality || !other->participant.is_publisher()) continue;
    *qualities.mutable_connection_quality()->add_updates() = *other->quality;
  }
  if (qualities.has_connection_quality()) session.send(qualities);
  livekit::SignalResponse paused;
  for (const auto& [track, publisher] : session.paused_tracks) {
    livekit::StreamStateInfo& state = *paused.mutable_stream_state_update()->add_stream_states();
    state.set_participant_sid(publisher);
    state.set_track_sid(track);
    state.set_state(livekit::PAUSED);
  }
  if (paused.has_stream_state_update()) session.send(paused);
}

void HostedCall::tell_quality(SignalSession& about, livekit::ConnectionQualityInfo quality, bool also_itself) {
  about.quality = quality;
  livekit::SignalResponse response;
  *response.mutable_connection_quality()->add_updates() = std::move(quality);
  // Nobody shows how well a mere viewer is connected, and in a large call telling it would cost the most.
  const bool interests_others = about.participant.is_publisher() || visible_count_ <= kJoinsAtOnceMax;
  for (const auto& [id, session] : sessions_) {
    if (session.get() == &about ? also_itself : interests_others) session->send(response);
  }
}

void HostedCall::tell_speakers(std::vector<livekit::SpeakerInfo> speakers) {
  livekit::SignalResponse response;
  for (const auto& speaker : speakers) *response.mutable_speakers_changed()->add_speakers() = speaker;
  tell_all(response);
  std::erase_if(speakers, [](const livekit::SpeakerInfo& speaker) { return !speaker.active(); });
  speakers_ = std::move(speakers);
}

void HostedCall::tell_counts(Instant now) {
  counts_told_at_ = now;
  counts_changed_ = false;
  const auto publishers = std::ranges::count_if(sessions_, [](const auto& entry) {
    return entry.second->is_visible && entry.second->participant.is_publisher();
  });
  facts_.room.set_num_participants(static_cast<uint32_t>(visible_count_));
  facts_.room.set_num_publishers(static_cast<uint32_t>(publishers));
  livekit::SignalResponse response;
  *response.mutable_room_update()->mutable_room() = facts_.room;
  tell_all(response);
}

}  // namespace kith::call
