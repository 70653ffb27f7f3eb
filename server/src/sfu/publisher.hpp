// The publishing half of a participant: its connection, its tracks, and whose packet is whose.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rtc/peer_transport.hpp"
#include "sfu/engine_context.hpp"
#include "sfu/publication.hpp"
#include "sfu/publisher_sources.hpp"
#include "sfu/twcc_recorder.hpp"

namespace kith::sfu {

class Publisher {
 public:
  /// Tracks announced by AddTrackRequest, with media or not yet.
  static constexpr size_t kTracksMax = 20;

  Publisher(EngineContext& context, ParticipantId participant, const ParticipantOptions& options);

  /// What a command changed about tracks, for the call to act on.
  struct Changes {
    std::vector<Publication*> bound;
    std::vector<TrackSid> ended;
  };
  /// `kTooMany`; permissions are the caller's business.
  Result<TrackState> add_track(const TrackRequest& request, Changes& changes);
  /// Answers an offer. `kMalformed`, `kInvalidField`.
  Result<std::string> handle_offer(std::string_view sdp, Changes& changes);
  [[nodiscard]] Publication* find(const TrackSid& track);
  [[nodiscard]] const std::vector<std::unique_ptr<Publication>>& publications() const { return publications_; }
  /// Takes a track out; nothing refers to it any more when the caller has dropped its subscriptions.
  std::unique_ptr<Publication> take(const TrackSid& track);

  struct ReceivedPacket {
    Publication* publication = nullptr;
    const MediaPacket* packet = nullptr;  ///< null: nothing to forward
  };
  /// A decrypted packet: counts it, repairs, and says what to forward.
  ReceivedPacket receive(Instant now, const rtc::RtpPacket& packet, size_t size);
  void handle_rtcp(Instant now, rtc::Bytes datagram);

  /// Sends what is due: retransmission and key-frame requests, arrival feedback, reports.
  void send_feedback(Instant now, rtc::Outbox& outbox);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  /// The part of it that media moves: when `send_feedback` has something to say of what came.
  [[nodiscard]] std::optional<Instant> feedback_at() const;

  /// Null before the first offer.
  [[nodiscard]] rtc::PeerTransport* transport() { return transport_.get(); }
  [[nodiscard]] const rtc::PeerTransport* transport() const { return transport_.get(); }
  [[nodiscard]] const ParticipantClock& clock() const { return clock_; }

 private:
  static constexpr std::chrono::seconds kReportEvery{1};

  Result<> update_transport(const RemoteTransport& remote);
  /// The announced track without media that a section names; null if there is none.
  Publication* match(const OfferedSection& section);
  /// The one that has waited longest, whatever its name.
  Publication* first_waiting(MediaKind kind);
  /// Whose section it is or becomes by its names; a track that has left it is added to `changes.ended`.
  Publication* owner_by_name(const OfferedSection& section, const PublisherOffer& offer, Changes& changes);
  void bind(Publication& publication, const OfferedSection& section, const PublisherOffer& offer);
  AnswerWish wish_for(const Publication* publication) const;

  EngineContext& context_;
  ParticipantId participant_;
  const ParticipantOptions& options_;
  std::unique_ptr<rtc::PeerTransport> transport_;
  rtc::IceCredentials remote_ice_;
  uint64_t answers_ = 0;

  std::vector<std::unique_ptr<Publication>> publications_;
  /// Sections of the last offer that send something nobody has announced yet.
  std::vector<OfferedSection> unclaimed_;
  std::optional<PublisherOffer> offer_;
  rtc::RtpExtensionMap extensions_;
  PayloadTypes payload_types_{};
  PublisherSources sources_;
  ParticipantClock clock_;
  TwccRecorder arrivals_;
  std::optional<Instant> report_at_;
  rtc::DelaySinceLastReference::Block reference_;  ///< the client's newest reference time, to be answered …
  std::optional<Instant> reference_at_;            ///< … and when it came
  std::vector<rtc::RtcpPacket> rtcp_;              ///< scratch
};

}  // namespace kith::sfu
