// What the signalling and the sockets ask of the media, and the events it answers with: the engine's outside.
//
// Commands come from the signalling, in order; what they and the datagrams cause waits in `take_events`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "rtc/outbox.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// Names a participant on its media thread; never used twice.
enum class ParticipantId : uint64_t { kNone = 0 };
/// Names a call on its media thread; never used twice.
enum class CallId : uint64_t { kNone = 0 };

/// "TR_AC…": how a published track is called on the wire; made here, unique on the server.
using TrackSid = std::string;

/// Which of a participant's two peer connections.
enum class PeerRole : uint8_t { kPublisher = 0, kSubscriber = 1 };

struct Permissions {
  bool can_subscribe = true;
  bool can_publish = true;
  bool can_publish_data = true;
  std::vector<TrackSource> sources;  ///< what may be published; empty: everything
  bool operator==(const Permissions&) const = default;

  [[nodiscard]] bool may_publish(TrackSource source) const {
    return can_publish && (sources.empty() || std::ranges::find(sources, source) != sources.end());
  }
};

struct ParticipantOptions {
  std::string sid;  ///< "PA_…": goes into stream names
  Permissions permissions;
  bool auto_subscribe = true;
  bool adaptive_stream = false;     ///< start low until the viewer says a size
  bool may_pause = false;           ///< the viewer understands paused streams
  bool is_full_ice = false;         ///< Firefox, `disable_ice_lite`
  bool follows_codec_order = true;  ///< false: the answer must offer only the wanted codec (Firefox)
  bool can_receive_red = true;
};

/// AddTrackRequest as far as media is concerned.
struct TrackRequest {
  std::string cid;  ///< the client's name for the track: the second token of its msid
  MediaKind kind = MediaKind::kAudio;
  TrackSource source = TrackSource::kUnknown;
  std::vector<VideoLayer> layers;
  Codec codec = Codec::kUnknown;  ///< wanted; kUnknown: the first that both can
  Codec backup_codec = Codec::kUnknown;
  TrackSid sid;  ///< set: another codec of an existing track
  bool is_muted = false;
  bool is_stereo = false;
  bool disable_dtx = false;
  bool disable_red = false;
  bool is_encrypted = false;
};

/// A published track as others may know it.
struct TrackState {
  TrackSid sid;
  std::string cid;
  MediaKind kind = MediaKind::kAudio;
  TrackSource source = TrackSource::kUnknown;
  Codec codec = Codec::kUnknown;
  std::string mid;  ///< of the publisher's m-line, empty until bound
  std::vector<VideoLayer> layers;
  bool is_muted = false;
  bool is_simulcast = false;
  bool is_encrypted = false;
  bool is_stereo = false;
  bool disable_dtx = false;
  bool disable_red = false;
};

/// What a viewer wants of a track (UpdateTrackSettings). Width 0: use `quality`.
struct TrackSettings {
  bool is_disabled = false;
  VideoQuality quality = VideoQuality::kHigh;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t fps = 0;
  uint32_t priority = 0;
  bool operator==(const TrackSettings&) const = default;
};

/// Who may subscribe to a publisher's tracks (SubscriptionPermission).
struct SubscriptionPermission {
  bool all_participants = true;
  struct Grant {
    std::string participant_sid;
    bool all_tracks = false;
    std::vector<TrackSid> tracks;
  };
  std::vector<Grant> grants;
};

enum class DataChannel : uint8_t { kReliable, kLossy, kDataTrack };

enum class ConnectionQuality : uint8_t { kPoor = 0, kGood = 1, kExcellent = 2, kLost = 3 };

// What the signalling must tell, in the order in which it happened.

/// The subscriber connection must be renegotiated; answer with `handle_answer` and the same id.
struct SubscriberOffer {
  ParticipantId participant;
  std::string sdp;
  uint32_t id = 0;
};
/// The participant's first connection is up (once), or all are lost, back, or beyond repair.
struct ConnectivityChanged {
  ParticipantId participant;
  enum class State : uint8_t { kActive, kDisconnected, kReconnected, kFailed } state = State::kActive;
};
/// A track may be announced (bound, and for unmuted video its media is here), changed, or is gone. It is followed,
/// never preceded, by the subscribers' offers that carry it.
struct TrackPublished {
  ParticipantId publisher;
  TrackState track;
};
struct TrackUnpublished {
  ParticipantId publisher;
  TrackSid track;
};
/// The first subscriber of a track came.
struct TrackSubscribed {
  ParticipantId publisher;
  TrackSid track;
};
/// Dynacast: which qualities of a codec somebody watches.
struct QualityDemandChanged {
  ParticipantId publisher;
  TrackSid track;
  Codec codec = Codec::kUnknown;
  std::vector<VideoQuality> enabled;
};
/// A subscribed video was paused for lack of bandwidth, or goes on.
struct StreamStateChanged {
  ParticipantId subscriber;
  ParticipantId publisher;
  TrackSid track;
  bool is_paused = false;
};
/// A subscriber may (not) have a track any more because its publisher said so.
struct SubscriptionAllowed {
  ParticipantId subscriber;
  ParticipantId publisher;
  TrackSid track;
  bool is_allowed = false;
};
/// Who speaks in a call: all that do, and those that just stopped (level 0).
struct SpeakersChanged {
  CallId call;
  struct Speaker {
    ParticipantId participant;
    float level = 0;  ///< 0 to 1
    bool is_active = false;
  };
  std::vector<Speaker> speakers;
};
struct QualityChanged {
  ParticipantId participant;
  ConnectionQuality quality = ConnectionQuality::kExcellent;
  float score = 4.5F;  ///< mean opinion score, 1 to 4.5
};
/// A whole message came on a data channel.
struct DataReceived {
  ParticipantId participant;
  DataChannel channel = DataChannel::kReliable;
  std::string message;
};

using Event = std::variant<SubscriberOffer, ConnectivityChanged, TrackPublished, TrackUnpublished, TrackSubscribed,
                           QualityDemandChanged, StreamStateChanged, SubscriptionAllowed, SpeakersChanged,
                           QualityChanged, DataReceived>;

/// Implemented by `MediaEngine`; the signalling's tests listen in its place.
class MediaControl {
 public:
  virtual ~MediaControl() = default;

  // Commands of the signalling. Unknown participants are answered with kNotMember or ignored.

  virtual CallId create_call() = 0;
  /// Ends it for everybody; no events.
  virtual void end_call(Instant now, CallId call, rtc::Outbox& outbox) = 0;
  virtual ParticipantId join(Instant now, CallId call, ParticipantOptions options) = 0;
  virtual void leave(Instant now, ParticipantId participant, rtc::Outbox& outbox) = 0;

  /// Publisher connection: the client offers. Returns the answer.
  virtual Result<std::string> handle_offer(Instant now, ParticipantId participant, std::string_view sdp) = 0;
  /// Subscriber connection: the client answers offer `id` (0: the pending one).
  virtual Result<> handle_answer(Instant now, ParticipantId participant, std::string_view sdp, uint32_t id) = 0;
  /// The signalling came back: new ICE credentials and an offer for the subscriber connection; media state stays.
  virtual void restart_ice(Instant now, ParticipantId participant) = 0;

  /// Returns what to answer at once. `kNotAllowed`, `kTooMany`.
  virtual Result<TrackState> add_track(Instant now, ParticipantId participant, const TrackRequest& request) = 0;
  /// Takes a track back, as if the client had unpublished it.
  virtual void remove_track(Instant now, ParticipantId participant, const TrackSid& track) = 0;
  /// False if the participant has no such track.
  virtual bool set_muted(Instant now, ParticipantId participant, const TrackSid& track, bool is_muted) = 0;
  [[nodiscard]] virtual std::vector<TrackState> tracks(ParticipantId participant) const = 0;

  /// Unknown tracks are remembered for a minute.
  virtual void set_subscribed(Instant now, ParticipantId participant, const TrackSid& track, bool is_subscribed) = 0;
  virtual void set_track_settings(Instant now, ParticipantId participant, const TrackSid& track,
                                  const TrackSettings& settings) = 0;
  virtual void set_subscription_permission(Instant now, ParticipantId publisher,
                                           const SubscriptionPermission& permission) = 0;
  virtual void set_permissions(Instant now, ParticipantId participant, const Permissions& permissions) = 0;

  /// Sends a message on the subscriber connection's channel; one that is not open yet drops lossy and queues reliable
  /// messages. It leaves with the end of the pass. False: the queue is full, the participant is too slow and must
  /// reconnect.
  virtual bool send_data(Instant now, ParticipantId participant, DataChannel channel, std::string_view message) = 0;

  // Datagrams and time.

  /// Decrypts in place.
  virtual void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox& outbox) = 0;
  /// After a batch of datagrams or commands: what they made necessary leaves now.
  virtual void finish_pass(Instant now, rtc::Outbox& outbox) = 0;
  [[nodiscard]] virtual std::optional<Instant> next_timeout() const = 0;
  virtual void handle_timeout(Instant now, rtc::Outbox& outbox) = 0;
  /// A TCP connection closed.
  virtual void forget_path(const rtc::Path& path) = 0;

  /// Events since the last time, in order.
  virtual std::vector<Event> take_events() = 0;
};

}  // namespace kith::sfu
