#include "call/hosted_call.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "call/call_host.hpp"
#include "call/client_rules.hpp"
#include "call/signal_limits.hpp"
#include "call/simulation.hpp"
#include "call/subscription_permission.hpp"
#include "sfu/sid.hpp"

namespace kith::call {
namespace {

using livekit::LeaveRequest;
using livekit::ParticipantInfo;

constexpr size_t kFrameTrailerBytes = 16;

std::string random_bytes(Random& random, size_t size) {
  std::string bytes(size, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

/// Tells a client without a session to leave, and closes its socket.
void turn_away(SignalLink& link, LeaveRequest::Action action, livekit::DisconnectReason reason) {
  livekit::SignalResponse response;
  response.mutable_leave()->set_action(action);
  response.mutable_leave()->set_reason(reason);
  response.mutable_leave()->set_can_reconnect(action != LeaveRequest::DISCONNECT);
  link.send(response.SerializeAsString(), false);
  link.close();
}

template <typename Key, typename Map>
SignalSession* find_in(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

SignalSession* SessionIndex::find(SignalSocketId socket) const { return find_in(by_socket, socket); }
SignalSession* SessionIndex::find(sfu::ParticipantId participant) const { return find_in(by_participant, participant); }

HostedCall::HostedCall(const CallContext& context, CallId id, std::string name, Instant now)
    : context_(context),
      id_(id),
      name_(std::move(name)),
      media_id_(context.media.create_call()),
      facts_{.room = make_room(sfu::make_sid("RM_", context.random), name_, context.clock.wall().value),
             .frame_trailer = random_bytes(context.random, kFrameTrailerBytes)},
      newcomers_told_at_(now),
      counts_told_at_(now),
      empty_since_(now) {}

SignalSession* HostedCall::find_sid(std::string_view sid) const { return find_in(by_sid_, sid); }
SignalSession* HostedCall::find_identity(std::string_view identity) const { return find_in(by_identity_, identity); }

SignalSession* HostedCall::find_user(UserId user) const {
  const auto found =
      std::ranges::find_if(sessions_, [user](const auto& entry) { return entry.second->connect().user == user; });
  return found == sessions_.end() ? nullptr : found->second.get();
}

bool HostedCall::has_track(std::string_view sid) const {
  return std::ranges::any_of(sessions_, [&](const auto& entry) {
    return entry.second->is_visible && entry.second->participant.has_track(sid);
  });
}

void HostedCall::join(Instant now, SignalSocketId socket, Connect connect, std::shared_ptr<SignalLink> link,
                      rtc::Outbox& outbox) {
  SignalSession* old = find_identity(connect.identity);
  if (old == nullptr && sessions_.size() >= kParticipantsMax) {
    turn_away(*link, LeaveRequest::DISCONNECT, livekit::JOIN_FAILURE);
    return;
  }
  std::string sid = sfu::make_sid("PA_", context_.random);
  const sfu::ParticipantId id = context_.media.join(now, media_id_, participant_options(connect, sid));
  Participant participant(connect, sid, context_.clock.wall());
  auto owned = std::make_unique<SignalSession>(*this, id, std::move(connect), std::move(participant), now);
  SignalSession& session = *owned;
  if (old != nullptr) replace(now, *old, outbox, session);
  sessions_.emplace(id, std::move(owned));
  by_sid_.emplace(std::move(sid), &session);
  by_identity_.insert_or_assign(session.participant.identity(), &session);
  context_.index.by_participant.emplace(id, &session);
  context_.index.by_socket.emplace(socket, &session);
  had_participants_ = true;
  session.attach(now, socket, std::move(link));
  apply_permissions_for(now, session);
  welcome(now, session);
}

void HostedCall::welcome(Instant now, SignalSession& session) {
  session.participant.set_state(ParticipantInfo::JOINED);
  std::vector<const ParticipantInfo*> others;
  for (const auto& [id, other] : sessions_) {
    if (other.get() != &session && other->is_visible) others.push_back(&other->participant.info());
  }
  facts_.room.set_num_participants(static_cast<uint32_t>(visible_count_));
  session.send(make_join_response(facts_, session.connect(), session.participant.info(), std::move(others)));
  if (session.take_token_turn(now)) renew_token(session);
}

void HostedCall::replace(Instant now, SignalSession& old, rtc::Outbox& outbox, SignalSession& by) {
  by.is_attending = old.is_attending;
  by.replaced = old.is_visible ? std::optional(old.participant.info()) : old.replaced;
  old.send_leave(LeaveRequest::DISCONNECT, livekit::DUPLICATE_IDENTITY);
  remove(now, old, outbox);
}

void HostedCall::resume(Instant now, SignalSocketId socket, const Connect& connect, std::shared_ptr<SignalLink> link) {
  SignalSession* session = find_sid(connect.resume_sid);
  if (session == nullptr || session->participant.identity() != connect.identity || !session->may_resume()) {
    turn_away(*link, LeaveRequest::RECONNECT, livekit::STATE_MISMATCH);
    return;
  }
  drop_socket(now, *session);
  session->attach(now, socket, std::move(link));
  context_.index.by_socket.emplace(socket, session);
  const SimulatedResume simulated = std::exchange(session->simulated_resume, SimulatedResume::kGoesWell);
  if (simulated != SimulatedResume::kClosesAtOnce) welcome_back(now, *session);
  if (simulated != SimulatedResume::kGoesWell) drop_socket(now, *session);
}

void HostedCall::welcome_back(Instant now, SignalSession& session) {
  session.send(make_reconnect_response(session.connect(), data_.last_sequence(session.participant.sid())));
  send_roster(session);
  livekit::SignalResponse room;
  *room.mutable_room_update()->mutable_room() = facts_.room;
  session.send(room);
  tell_standing(session);
  if (session.take_token_turn(now)) renew_token(session);
  // Unasked for: the client waits for the offer that this causes.
  context_.media.restart_ice(now, session.id());
}

void HostedCall::handle_socket_closed(Instant now, SignalSession& session, rtc::Outbox& outbox) {
  context_.index.by_socket.erase(session.socket());
  session.detach(now);
  if (!session.is_active()) end_session(now, session, livekit::SIGNAL_CLOSE, std::nullopt, outbox);
}

void HostedCall::drop_socket(Instant now, SignalSession& session) {
  context_.index.by_socket.erase(session.socket());
  session.close(now);
}

void HostedCall::ask_to_rejoin(Instant now, SignalSession& session, livekit::DisconnectReason reason) {
  session.send_leave(LeaveRequest::RECONNECT, reason);
  drop_socket(now, session);
  session.asked_to_rejoin(now);
}

void HostedCall::end_session(Instant now, SignalSession& session, livekit::DisconnectReason reason,
                             std::optional<LeaveRequest::Action> leave, rtc::Outbox& outbox) {
  if (leave) session.send_leave(*leave, reason);
  const bool tells_use_cases = session.is_attending && reason != livekit::PARTICIPANT_REMOVED;
  if (tells_use_cases) context_.attendance.participant_left(id_, session.connect().user);
  remove(now, session, outbox);
  if (session.is_visible) {
    session.participant.set_gone(reason);
    tell_gone(now, session.participant.info());
  } else if (session.replaced) {
    session.replaced->set_state(ParticipantInfo::DISCONNECTED);
    session.replaced->set_disconnect_reason(reason);
    session.replaced->clear_tracks();
    session.replaced->set_version(session.replaced->version() + 1);
    tell_gone(now, *session.replaced);
  }
}

void HostedCall::remove(Instant now, SignalSession& session, rtc::Outbox& outbox) {
  drop_socket(now, session);
  context_.index.by_participant.erase(session.id());
  context_.media.leave(now, session.id(), outbox);
  data_.forget(session.participant.sid());
  newcomers_.erase(session.id());
  by_sid_.erase(session.participant.sid());
  const auto by_identity = by_identity_.find(session.participant.identity());
  if (by_identity != by_identity_.end() && by_identity->second == &session) by_identity_.erase(by_identity);
  if (session.is_visible) {
    --visible_count_;
    counts_changed_ = true;
  }
  const auto entry = sessions_.find(session.id());
  context_.index.ended.push_back(std::move(entry->second));
  sessions_.erase(entry);
  if (sessions_.empty()) empty_since_ = now;
}

void HostedCall::attend(SignalSession& session) {
  session.is_attending = true;
  context_.attendance.participant_joined(id_, session.connect().user);
}

void HostedCall::note_screen_share(const SignalSession& session) {
  context_.attendance.screen_shared(id_, session.connect().user);
}

void HostedCall::end(Instant now, rtc::Outbox& outbox) {
  for (auto& [id, session] : sessions_) {
    session->send_leave(LeaveRequest::DISCONNECT, livekit::ROOM_CLOSED);
    drop_socket(now, *session);
    context_.index.by_participant.erase(id);
    context_.index.ended.push_back(std::move(session));
  }
  sessions_.clear();
  context_.media.end_call(now, media_id_, outbox);
}

bool HostedCall::is_deserted(Instant now) const {
  const Duration most = had_participants_ ? Duration(kDepartureTime) : Duration(kEmptyTime);
  return sessions_.empty() && now - empty_since_ >= most;
}

void HostedCall::handle_tick(Instant now, rtc::Outbox& outbox) {
  std::vector<SignalSession*> sessions;  // some may end meanwhile
  sessions.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) sessions.push_back(session.get());
  for (SignalSession* session : sessions) {
    handle_overdue(now, *session, outbox);
    if (session->take_token_turn(now)) renew_token(*session);
    refuse_unknown_tracks(now, *session);
    end_simulated_speech(now, *session);
  }
  std::erase_if(gone_, [now](const Gone& gone) { return now - gone.at >= kGoneTime; });
  if (now - newcomers_told_at_ >= kJoinsEvery) tell_newcomers(now);
  if (counts_changed_ && now - counts_told_at_ >= kCountsEvery) tell_counts(now);
}

void HostedCall::handle_overdue(Instant now, SignalSession& session, rtc::Outbox& outbox) {
  switch (session.overdue(now)) {
    case Overdue::kNothing:
      return;
    case Overdue::kFirstConnection:
      return end_session(now, session, livekit::JOIN_FAILURE, LeaveRequest::DISCONNECT, outbox);
    case Overdue::kMedia:
      return end_session(now, session, livekit::CONNECTION_TIMEOUT, LeaveRequest::RECONNECT, outbox);
    case Overdue::kResume:
    case Overdue::kRejoin:
      return end_session(now, session, livekit::SIGNAL_CLOSE, std::nullopt, outbox);
    case Overdue::kAnswer:
      return ask_to_rejoin(now, session, livekit::STATE_MISMATCH);
    case Overdue::kPing:
      return drop_socket(now, session);
  }
}

void HostedCall::renew_token(SignalSession& session) {
  livekit::SignalResponse response;
  response.set_refresh_token(context_.settings.renew_token(session.connect()));
  session.send(response);
}

void HostedCall::refuse_unknown_tracks(Instant now, SignalSession& session) {
  std::erase_if(session.unknown_tracks, [&](const auto& entry) {
    const auto& [sid, since] = entry;
    if (has_track(sid)) return true;
    if (now - since < kUnknownTrackTime) return false;
    livekit::SignalResponse response;
    response.mutable_subscription_response()->set_track_sid(sid);
    response.mutable_subscription_response()->set_err(livekit::SE_TRACK_NOTFOUND);
    session.send(response);
    return true;
  });
}

void HostedCall::apply_permissions_for(Instant now, const SignalSession& newcomer) {
  for (const auto& [id, publisher] : sessions_) {
    if (publisher->permission && names(*publisher->permission, newcomer.participant.identity())) {
      context_.media.set_subscription_permission(now, id, to_media_permission(*publisher->permission, *this));
    }
  }
}

}  // namespace kith::call
