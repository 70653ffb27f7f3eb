// One participant's session: its socket, which may go and come back, what it waits for, and what it must be told again
// after it was away.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "call/connect.hpp"
#include "call/participant.hpp"
#include "call/signal_link.hpp"
#include "livekit/rtc.pb.h"

namespace kith::call {

class HostedCall;

/// What waited for too long.
enum class Overdue : uint8_t {
  kNothing,
  kFirstConnection,  ///< media was never connected
  kAnswer,           ///< to our offer
  kPing,             ///< the socket is silent
  kResume,           ///< it did not come back with a socket
  kMedia,            ///< its media did not come back
  kRejoin            ///< it was asked to join anew and did not
};

/// How the next resume goes wrong on purpose.
enum class SimulatedResume : uint8_t { kGoesWell, kClosesAfterMessages, kClosesAtOnce };

class SignalSession {
 public:
  SignalSession(HostedCall& call, sfu::ParticipantId id, Connect connect, Participant who, Instant now)
      : participant(std::move(who)), call_(call), id_(id), connect_(std::move(connect)), joined_at_(now) {}

  [[nodiscard]] HostedCall& call() const { return call_; }
  [[nodiscard]] sfu::ParticipantId id() const { return id_; }
  /// As it joined: a resume changes nothing of it.
  [[nodiscard]] const Connect& connect() const { return connect_; }

  // The socket.

  void attach(Instant now, SignalSocketId socket, std::shared_ptr<SignalLink> link);
  /// The socket is gone, or is closed by us (`close`): the link is told nothing any more.
  void detach(Instant now);
  void close(Instant now);
  [[nodiscard]] bool has_socket() const { return link_ != nullptr; }
  [[nodiscard]] SignalSocketId socket() const { return socket_; }
  /// Ignored while there is no socket.
  void send(const livekit::SignalResponse& response);
  void send_leave(livekit::LeaveRequest::Action action, livekit::DisconnectReason reason);
  /// A message came; the client is answered in the form it speaks.
  void heard(Instant now, bool is_text);

  // What it waits for.

  void offer_sent(Instant now) { offered_at_ = now; }
  void answer_came() { offered_at_.reset(); }
  void set_active() { is_active_ = true; }
  /// Its media has been connected at least once.
  [[nodiscard]] bool is_active() const { return is_active_; }
  void media_lost(Instant now) { media_lost_at_ = media_lost_at_.value_or(now); }
  void media_back() { media_lost_at_.reset(); }
  void asked_to_rejoin(Instant now) { asked_to_rejoin_at_ = now; }
  [[nodiscard]] bool may_resume() const { return !asked_to_rejoin_at_; }
  [[nodiscard]] Overdue overdue(Instant now) const;
  /// True once per period: it needs a new token.
  bool take_token_turn(Instant now);

  // What others know of it, and what it is told again when it resumes; kept by the call.

  Participant participant;
  bool is_visible = false;    ///< the others know of it
  bool is_attending = false;  ///< the use cases know that it is there
  /// Who was here under the same identity and still counts as present until this session is visible.
  std::optional<livekit::ParticipantInfo> replaced;
  std::optional<livekit::ConnectionQualityInfo> quality;
  std::optional<livekit::SubscriptionPermission> permission;
  std::map<sfu::TrackSid, sfu::TrackSettings> track_settings;
  std::map<sfu::TrackSid, std::string> paused_tracks;  ///< with their publishers' sids
  std::map<sfu::TrackSid, Instant> unknown_tracks;     ///< wanted since
  std::optional<Instant> simulated_speech_until;
  SimulatedResume simulated_resume = SimulatedResume::kGoesWell;

 private:
  HostedCall& call_;
  const sfu::ParticipantId id_;
  const Connect connect_;
  SignalSocketId socket_ = SignalSocketId::kNone;
  std::shared_ptr<SignalLink> link_;
  bool speaks_text_ = false;
  bool is_active_ = false;
  const Instant joined_at_;
  Instant heard_at_;
  Instant token_at_;
  std::optional<Instant> offered_at_;
  std::optional<Instant> socket_lost_at_;
  std::optional<Instant> media_lost_at_;
  std::optional<Instant> asked_to_rejoin_at_;
};

}  // namespace kith::call
