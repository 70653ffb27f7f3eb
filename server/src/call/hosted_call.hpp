// A call while it goes on, on its media thread: who is in it, who joins, resumes and leaves, and what everybody is
// told.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "call/call_media.hpp"
#include "call/data_router.hpp"
#include "call/join_response.hpp"
#include "call/signal_session.hpp"
#include "rtc/outbox.hpp"
#include "sfu/media_control.hpp"

namespace kith::call {

struct CallHostSettings;

/// Sessions of all calls of a media thread, by what messages and events name them.
struct SessionIndex {
  std::unordered_map<SignalSocketId, SignalSession*> by_socket;
  std::unordered_map<sfu::ParticipantId, SignalSession*> by_participant;
  /// Sessions that ended while their own functions may still run; the host frees them afterwards.
  std::vector<std::unique_ptr<SignalSession>> ended;

  [[nodiscard]] SignalSession* find(SignalSocketId socket) const;
  [[nodiscard]] SignalSession* find(sfu::ParticipantId participant) const;
};

/// What the calls of a media thread share; all of it outlives them.
struct CallContext {
  sfu::MediaControl& media;
  CallAttendance& attendance;
  const Clock& clock;
  Random& random;
  const CallHostSettings& settings;
  SessionIndex& index;
};

class HostedCall {
 public:
  HostedCall(const CallContext& context, CallId id, std::string name, Instant now);
  HostedCall(const HostedCall&) = delete;
  HostedCall& operator=(const HostedCall&) = delete;

  [[nodiscard]] const CallContext& context() const { return context_; }
  [[nodiscard]] sfu::CallId media_id() const { return media_id_; }
  [[nodiscard]] DataRouter& data() { return data_; }

  // Coming and going.

  /// A new session. Somebody of the same identity is sent away and replaced without the others seeing it leave.
  void join(Instant now, SignalSocketId socket, Connect connect, std::shared_ptr<SignalLink> link, rtc::Outbox& outbox);
  /// Goes on with the session that `connect` names. If there is none the client is asked to join anew.
  void resume(Instant now, SignalSocketId socket, const Connect& connect, std::shared_ptr<SignalLink> link);
  /// The session is over, for the others too. `leave`: what its client is told to do, if it is there.
  void end_session(Instant now, SignalSession& session, livekit::DisconnectReason reason,
                   std::optional<livekit::LeaveRequest::Action> leave, rtc::Outbox& outbox);
  /// The client must begin again from nothing; for the others it stays until it is back, if that does not take long.
  void ask_to_rejoin(Instant now, SignalSession& session, livekit::DisconnectReason reason);
  void handle_socket_closed(Instant now, SignalSession& session, rtc::Outbox& outbox);
  /// Closes the session's socket; the participant may come back with another.
  void drop_socket(Instant now, SignalSession& session);
  /// Over for everybody.
  void end(Instant now, rtc::Outbox& outbox);

  // Telling.

  void tell_all(const livekit::SignalResponse& response);
  /// Tells what changed of a participant: to everybody if it is visible, else to itself.
  void tell_update(const SignalSession& about);
  /// The others may know of it from now on.
  void show(Instant now, SignalSession& session);
  /// `also_itself`: a client that is told to be lost joins anew.
  void tell_quality(SignalSession& about, livekit::ConnectionQualityInfo quality, bool also_itself);
  /// The use cases are told that it is there, or that it shares a screen.
  void attend(SignalSession& session);
  void note_screen_share(const SignalSession& session);
  void tell_speakers(std::vector<livekit::SpeakerInfo> speakers);
  /// What somebody who just connected could not hear.
  void tell_standing(SignalSession& session);

  // Looking.

  [[nodiscard]] SignalSession* find_sid(std::string_view sid) const;
  [[nodiscard]] SignalSession* find_identity(std::string_view identity) const;
  [[nodiscard]] SignalSession* find_user(UserId user) const;
  /// True if somebody visible publishes it.
  [[nodiscard]] bool has_track(std::string_view sid) const;
  [[nodiscard]] const std::map<sfu::ParticipantId, std::unique_ptr<SignalSession>>& sessions() const {
    return sessions_;
  }

  // Time.

  void handle_tick(Instant now, rtc::Outbox& outbox);
  /// Nobody has been here for so long that the call may be forgotten.
  [[nodiscard]] bool is_deserted(Instant now) const;

 private:
  struct Gone {
    Instant at;
    livekit::ParticipantInfo info;
  };

  void replace(Instant now, SignalSession& old, rtc::Outbox& outbox, SignalSession& by);
  void remove(Instant now, SignalSession& session, rtc::Outbox& outbox);
  void welcome(Instant now, SignalSession& session);
  void welcome_back(Instant now, SignalSession& session);
  void send_roster(SignalSession& to);
  void tell_infos(SignalSession* to, const std::vector<const livekit::ParticipantInfo*>& infos);
  void tell_gone(Instant now, livekit::ParticipantInfo info);
  void apply_permissions_for(Instant now, const SignalSession& newcomer);
  void handle_overdue(Instant now, SignalSession& session, rtc::Outbox& outbox);
  void renew_token(SignalSession& session);
  void refuse_unknown_tracks(Instant now, SignalSession& session);
  void tell_newcomers(Instant now);
  void tell_counts(Instant now);

  const CallContext& context_;
  const CallId id_;
  const std::string name_;
  const sfu::CallId media_id_;
  CallFacts facts_;
  DataRouter data_;

  std::map<sfu::ParticipantId, std::unique_ptr<SignalSession>> sessions_;  ///< in the order of joining
  std::map<std::string, SignalSession*, std::less<>> by_sid_;
  std::map<std::string, SignalSession*, std::less<>> by_identity_;
  std::vector<Gone> gone_;  ///< oldest first
  std::set<sfu::ParticipantId> newcomers_;
  std::vector<livekit::SpeakerInfo> speakers_;
  size_t visible_count_ = 0;
  bool had_participants_ = false;
  bool counts_changed_ = false;
  Instant newcomers_told_at_;
  Instant counts_told_at_;
  Instant empty_since_;
};

}  // namespace kith::call
