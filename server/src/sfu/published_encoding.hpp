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
#include "sfu/layer_presence.hpp"
#include "sfu/media_packet.hpp"
#include "sfu/packet_history.hpp"
#include "sfu/payload_types.hpp"
#include "sfu/rate_window.hpp"
#include "sfu/receive_stream.hpp"
#include "sfu/subscriber_extensions.hpp"

namespace kith::sfu {

class PublishedEncoding {
 public:
  struct Options {
    MediaKind kind = MediaKind::kVideo;
    uint8_t index = 0;  ///< low to high
    bool wants_retransmission = true;
  };
  /// Longer packets than any path carries are dropped.
  static constexpr size_t kPayloadMax = 4000;

  explicit PublishedEncoding(const Options& options);

  /// Takes a packet of this encoding or, by its payload type, a retransmission of one. Another SSRC than before begins
  /// another stream of the same encoding. `sources`: counts the streams of the track, moved on when one begins. Returns
  /// what must be forwarded, valid until the next packet; nullptr: nothing.
  const MediaPacket* handle_packet(Instant now, const rtc::RtpPacket& packet, size_t size, const PayloadTypes& types,
                                   const rtc::RtpExtensionMap& extensions, uint16_t& sources);
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
  /// Of the dependency descriptor, if the encoding has one.
  [[nodiscard]] const std::optional<DependencyStructure>& structure() const { return frames_.structure(); }

  /// Which layers came lately.
  [[nodiscard]] const LayerPresence& presence() const { return presence_; }
  /// What a viewer of a layer is sent; SVC layers include what they rest on.
  [[nodiscard]] DataRate rate(Instant now, Layer layer) const;

 private:
  void begin_stream(rtc::Ssrc ssrc);
  const MediaPacket* recover(Instant now, const rtc::RtpPacket& packet, const PayloadTypes& types,
                             const rtc::RtpExtensionMap& extensions);
  const MediaPacket* accept(Instant now, const rtc::RtpPacket& packet, Codec codec, ReceiveStream::Placed placed,
                            const rtc::RtpExtensionMap& extensions);
  void parse(const rtc::RtpPacket& packet, const rtc::RtpExtensionMap& extensions, MediaPacket& media);
  void count(Instant now, const MediaPacket& packet);

  template <typename T>
  using PerLayer = std::array<std::array<T, kTemporalLayersMax>, kSpatialLayersMax>;

  Options options_;
  std::optional<ReceiveStream> stream_;
  FrameParser frames_;
  PacketHistory history_;
  KeyFrameRequests key_frames_;
  std::optional<int64_t> position_offset_;  ///< puts this stream's numbers behind those of the stream before
  uint16_t source_ = 0;
  bool is_paused_ = false;
  std::optional<Duration> rtt_;
  /// What a viewer of a layer is sent; layers above the highest seen are not counted.
  PerLayer<RateWindow> rates_;
  LayerPresence presence_;
  int8_t spatial_max_ = 0;
  int8_t temporal_max_ = 0;
  std::array<uint8_t, kExtensionBlockMax> extension_block_{};  ///< scratch
  std::vector<uint16_t> lost_;                                 ///< scratch
};

}  // namespace kith::sfu
