// The subscribing half of a participant: its connection, the tracks it gets, and how fast it may get them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/peer_transport.hpp"
#include "sfu/allocator.hpp"
#include "sfu/congestion_control.hpp"
#include "sfu/data_links.hpp"
#include "sfu/engine_context.hpp"
#include "sfu/offer_schedule.hpp"
#include "sfu/publisher.hpp"
#include "sfu/subscriber_sections.hpp"
#include "sfu/subscription.hpp"

namespace kith::sfu {

class Subscriber {
 public:
  Subscriber(EngineContext& context, ParticipantId participant, const ParticipantOptions& options);

  // Tracks. The publication has media and outlives its subscription.

  void subscribe(Instant now, Publication& publication, const std::optional<TrackSettings>& settings);
  /// `subscription` is gone afterwards.
  void unsubscribe(Instant now, Subscription& subscription);
  void set_settings(Instant now, Subscription& subscription, const TrackSettings& settings);
  [[nodiscard]] Subscription* find(const TrackSid& track);
  [[nodiscard]] const std::vector<std::unique_ptr<Subscription>>& subscriptions() const { return subscriptions_; }

  /// The best layer the viewer of a video can use now; none: hidden.
  [[nodiscard]] Layer demand(const Subscription& subscription) const;

  // Negotiation.

  void want_offer(Instant now) { offers_.want(now); }
  /// `kMalformed`, `kInvalidField`; an answer to an older offer is ignored.
  Result<> handle_answer(Instant now, std::string_view sdp, uint32_t id);
  void restart_ice(Instant now);
  /// True if the client has not answered an offer for too long.
  [[nodiscard]] bool is_answer_overdue(Instant now) const { return offers_.is_overdue(now); }

  // Media.

  /// One packet of a track that this participant is subscribed to.
  void forward(Instant now, Subscription& subscription, const MediaPacket& packet, rtc::Outbox& outbox);
  void handle_rtcp(Instant now, rtc::Bytes datagram, rtc::Outbox& outbox);
  /// When a packet that is held back may leave, or padding is due; nullopt: nothing waits.
  [[nodiscard]] std::optional<Instant> paced_at() const { return congestion_ ? congestion_->paced_at() : std::nullopt; }
  /// The connection came up: what was waiting for it begins.
  void handle_connected(Instant now, rtc::Outbox& outbox);

  // Data.

  /// False: the client reads too slowly.
  bool send_data(Instant now, DataChannel channel, std::string_view message) {
    return data_.send(now, channel, message);
  }

  // Time.

  /// Offers, reports, layer choice: what is due now.
  void handle_due(Instant now, rtc::Outbox& outbox);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  [[nodiscard]] ParticipantId participant() const { return participant_; }
  [[nodiscard]] rtc::PeerTransport& transport() { return transport_; }
  [[nodiscard]] const rtc::PeerTransport& transport() const { return transport_; }
  [[nodiscard]] Duration rtt() const { return rtt_; }
  /// Share of packets lost lately on the way to the client, 0 to 1.
  [[nodiscard]] double loss() const { return loss_; }

 private:
  static constexpr std::chrono::seconds kReportEvery{2};
  static constexpr std::chrono::milliseconds kChooseEvery{300};

  void make_offer(Instant now);
  void accept(const SubscriberAnswer& answer);
  /// Begins with the tracks that the client has agreed to; all that begin together share the estimate once.
  void start_accepted(Instant now, rtc::Outbox& outbox);
  bool replay(Instant now, Subscription& subscription, rtc::Outbox& outbox);
  void choose_layers(Instant now);
  [[nodiscard]] VideoDemand video_demand(Instant now, const Subscription& subscription) const;
  void grant(Instant now, Subscription& subscription, Layer layer);
  void want_key_frame(Instant now, Subscription& subscription);
  void send(Instant now, PacketKind kind, OutgoingPacket& packet, rtc::Outbox& outbox);
  /// What waited was dropped: all videos begin anew with their next key frames.
  void restart_videos(Instant now);
  void send_waiting(Instant now, rtc::Outbox& outbox);
  size_t send_padding(Instant now, rtc::Outbox& outbox);
  void protect(rtc::Bytes header, rtc::Bytes prefix, rtc::Bytes payload, rtc::Outbox& outbox);
  void send_reports(Instant now, rtc::Outbox& outbox);
  void handle_nack(Instant now, const rtc::Nack& nack, rtc::Outbox& outbox);
  void handle_picture_loss(Instant now, rtc::Ssrc ssrc);
  void handle_report_block(Instant now, const rtc::ReportBlock& block);
  [[nodiscard]] Subscription* find_by_ssrc(rtc::Ssrc ssrc);
  rtc::Ssrc new_ssrc();

  EngineContext& context_;
  ParticipantId participant_;
  const ParticipantOptions& options_;
  rtc::PeerTransport transport_;
  DataLinks data_;
  SubscriberSections sections_;
  OfferSchedule offers_;
  uint64_t offer_version_ = 0;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;

  /// Null while the connection is not up, and for a client without transport-wide feedback: then nothing is held back.
  std::optional<CongestionControl> congestion_;
  bool has_feedback_ = false;  ///< the client's answer takes transport-wide feedback
  Allocator allocator_;
  DataRate shared_;                       ///< the estimate that was shared out last
  std::vector<VideoDemand> demands_;      ///< scratch
  std::vector<Subscription*> demanding_;  ///< scratch: whose demands they are
  std::vector<Subscription*> starting_;   ///< scratch
  double loss_ = 0;
  Duration rtt_ = std::chrono::milliseconds(100);
  std::optional<Instant> report_at_;
  std::optional<Instant> choose_at_;   ///< while it gets a video
  std::vector<rtc::RtcpPacket> rtcp_;  ///< scratch
};

}  // namespace kith::sfu
