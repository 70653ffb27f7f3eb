// A track as one subscriber gets it: which packets, rewritten how, repaired how, and reported.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/function_ref.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "rtc/rtcp.hpp"
#include "sfu/layer_selector.hpp"
#include "sfu/media_packet.hpp"
#include "sfu/published_track.hpp"
#include "sfu/retransmission_limit.hpp"
#include "sfu/rtp_rewriter.hpp"
#include "sfu/sender_clock.hpp"

namespace kith::sfu {

class SubscribedTrack {
 public:
  struct Options {
    const PublishedTrack& published;  ///< outlives the subscription
    rtc::Ssrc ssrc = 0;
    rtc::Ssrc rtx_ssrc = 0;  ///< 0: no retransmission
    uint8_t payload_type = 0;
    uint8_t rtx_payload_type = 0;
    uint8_t red_payload_type = 0;  ///< audio; 0: the subscriber gets only the primary frame of RED
    uint32_t rate_hz = 90'000;
    bool has_transport_sequence = true;  ///< the connection uses transport-wide congestion control
  };
  SubscribedTrack(const Options& options, Random& random);

  [[nodiscard]] const PublishedTrack& published() const { return options_.published; }
  [[nodiscard]] rtc::Ssrc ssrc() const { return options_.ssrc; }
  [[nodiscard]] rtc::Ssrc rtx_ssrc() const { return options_.rtx_ssrc; }

  /// Video: what the allocator grants; none pauses. Audio: any layer but none lets it flow, which is how it begins.
  void set_target(Layer target) { selector_.set_target(target); }
  /// Packets that were handed out never left: nothing is sent until the next key frame.
  void break_off() { selector_.break_off(); }
  [[nodiscard]] Layer target() const { return selector_.target(); }
  [[nodiscard]] Layer current() const { return selector_.current(); }
  /// The spatial layer whose key frame it waits for: ask `published` for one, as often as you like.
  [[nodiscard]] std::optional<int8_t> awaited_key_frame() const;

  /// Makes of a published packet what this subscriber gets. False: nothing. `out.payload` views `packet.payload`.
  bool forward(const MediaPacket& packet, OutgoingPacket& out) {
    return selector_.may_concern(packet) && forward_chosen(packet, out);
  }
  /// A subscriber that waits for its first key frame gets the frames since the newest one, if it is at most a second
  /// old: `send` is called for each packet in order. False: there is none, ask for one.
  bool replay(Instant now, OutgoingPacket& scratch, FunctionRef<void(OutgoingPacket&)> send);
  /// Answers a NACK of the subscriber: `send` is called for each packet that is sent again.
  void answer_nack(Instant now, const rtc::Nack& nack, Duration rtt, OutgoingPacket& scratch,
                   FunctionRef<void(OutgoingPacket&)> send);
  /// PLI or FIR of the subscriber: the spatial layer to ask `published` for; nullopt: a key frame is on its way, or
  /// nothing is sent.
  std::optional<int8_t> handle_picture_loss(Instant now, Duration rtt);
  /// A packet that carries nothing, to probe for bandwidth; on the RTX stream. False: there is none.
  bool make_padding(OutgoingPacket& out);

  /// The report that keeps this stream in step with the publisher's other ones (§7.3 of the call specification): NTP is
  /// `now_ntp`, our wall clock at `now`. nullopt before the publisher's first report, or if it was silent for 2 s while
  /// not muted.
  std::optional<rtc::SenderReport> sender_report(Instant now, uint64_t now_ntp, const ParticipantClock& clock) const;

  struct Counts {
    uint32_t packets = 0;
    uint64_t payload_bytes = 0;
    uint32_t retransmitted = 0;
    uint32_t nacked = 0;  ///< sequence numbers asked for
    uint32_t picture_losses = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  [[nodiscard]] bool is_audio() const { return published().kind() == MediaKind::kAudio; }
  bool forward_chosen(const MediaPacket& packet, OutgoingPacket& out);
  bool forward_next(const MediaPacket& packet, OutgoingPacket& out);
  bool forward_late(const MediaPacket& packet, OutgoingPacket& out);

  void write(const MediaPacket& packet, const RewrittenPacket& rewritten, bool ends_picture, OutgoingPacket& out);
  static void write_header(rtc::Ssrc ssrc, uint8_t payload_type, bool marker, const RewrittenPacket& rewritten,
                           OutgoingPacket& out);
  void write_extensions(const MediaPacket& packet, const RewrittenPacket& rewritten, OutgoingPacket& out);
  size_t write_active_layers(const MediaPacket& packet, const RewrittenPacket& rewritten, OutgoingPacket& out);
  static void append_transport_sequence(OutgoingPacket& out);
  void turn_into_retransmission(uint16_t original, OutgoingPacket& out);

  Options options_;
  LayerSelector selector_;
  RtpRewriter rewriter_;
  RetransmissionLimit retransmissions_;
  uint16_t rtx_sequence_;
  int64_t oldest_repaired_ = 0;              ///< the newest key frame's first number: what is older is not sent again
  std::optional<uint32_t> layer_change_at_;  ///< timestamp of the frame that tells the receiver which layers it gets
  std::optional<Instant> key_frame_sent_at_;
  Counts counts_;
};

}  // namespace kith::sfu
