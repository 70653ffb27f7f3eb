// One encoding of a published track: an audio stream, one simulcast layer of a video, or a video with layers inside.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "rtc/rtcp.hpp"
#include "rtc/rtp_packet.hpp"
#include "sfu/codec/frame_parser.hpp"
#include "sfu/key_frame_requests.hpp"
#include "sfu/media_packet.hpp"
#include "sfu/packet_history.hpp"
#include "sfu/rate_window.hpp"
#include "sfu/receive_stream.hpp"

namespace kith::sfu {

/// What a payload type of a publisher connection means.
struct PayloadType {
  Codec codec = Codec::kUnknown;
  bool is_retransmission = false;
  uint8_t associated = 0;  ///< RTX: the payload type of what it repeats (apt)
};
/// By payload type.
using PayloadTypes = std::array<PayloadType, 128>;

/// A layer counts as alive this long after its last packet.
inline constexpr Duration kLayerAlive = std::chrono::seconds(1);

class PublishedEncoding {
 public:
  struct Options {
    MediaKind kind = MediaKind::kVideo;
    uint8_t index = 0;  ///< low to high
    bool wants_retransmission = true;
  };
  explicit PublishedEncoding(const Options& options);

  /// The SSRC its packets come on; a new one goes on where the old one ended. Known streams are left alone.
  void bind(rtc::Ssrc ssrc);
  void bind_retransmission(rtc::Ssrc ssrc) { rtx_ssrc_ = ssrc; }
  [[nodiscard]] std::optional<rtc::Ssrc> ssrc() const;
  [[nodiscard]] std::optional<rtc::Ssrc> retransmission_ssrc() const { return rtx_ssrc_; }

  /// Takes a packet of this encoding or, by its payload type, a retransmission of one. `source`: counts the streams of
  /// the track, moved on when one begins. Returns what must be forwarded, valid until the next packet; nullptr:
  /// nothing.
  const MediaPacket* handle_packet(Instant now, const rtc::RtpPacket& packet, size_t size, const PayloadTypes& types,
                                   const rtc::RtpExtensionMap& extensions, uint16_t& source);
  void handle_sender_report(Instant now, const rtc::SenderReport& report);
  void set_paused(bool is_paused);
  void set_rtt(Duration rtt);

  /// Somebody wants a key frame of it.
  void want_key_frame(Instant now) { key_frames_.want(now); }
  /// Appends the NACK and the PLI that are due. `sender`: our SSRC.
  void take_feedback(Instant now, rtc::Ssrc sender, std::vector<rtc::RtcpPacket>& feedback);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  /// Null until the first packet.
  [[nodiscard]] ReceiveStream* stream() { return stream_ ? &*stream_ : nullptr; }
  [[nodiscard]] const ReceiveStream* stream() const { return stream_ ? &*stream_ : nullptr; }
  [[nodiscard]] const PacketHistory& history() const { return history_; }
  [[nodiscard]] const SenderClock* clock() const { return stream_ ? &stream_->clock() : nullptr; }

  /// Whether packets of a spatial layer came lately.
  [[nodiscard]] bool is_alive(Instant now, int8_t spatial) const;
  /// What a viewer of a layer is sent; SVC layers include what they rest on.
  [[nodiscard]] DataRate rate(Instant now, Layer layer) const;
  /// The highest layers seen lately.
  [[nodiscard]] int8_t spatial_layers(Instant now) const;
  [[nodiscard]] int8_t temporal_layers(Instant now) const;

 private:
  const MediaPacket* accept(Instant now, const rtc::RtpPacket& packet, rtc::Bytes payload, PayloadType type,
                            ReceiveStream::Placed placed, const rtc::RtpExtensionMap& extensions);
  const MediaPacket* recover(Instant now, const rtc::RtpPacket& packet, const PayloadTypes& types,
                             const rtc::RtpExtensionMap& extensions);
  void count(Instant now, const MediaPacket& packet);

  Options options_;
  std::optional<ReceiveStream> stream_;
  std::optional<rtc::Ssrc> ssrc_;
  std::optional<rtc::Ssrc> rtx_ssrc_;
  FrameParser frames_;
  PacketHistory history_;
  KeyFrameRequests key_frames_;
  int64_t position_offset_ = 0;  ///< where this stream's numbers begin, behind those of the stream before
  uint16_t source_ = 0;
  std::array<std::array<RateWindow, kTemporalLayersMax>, kSpatialLayersMax> rates_;
  std::array<std::array<Instant, kTemporalLayersMax>, kSpatialLayersMax> seen_at_{};
  std::vector<uint16_t> lost_;  ///< scratch
};

}  // namespace kith::sfu
