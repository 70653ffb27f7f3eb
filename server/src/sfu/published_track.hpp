// A track as its publisher sends it: its encodings, and what their packets mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "rtc/rtcp.hpp"
#include "rtc/rtp_packet.hpp"
#include "sfu/media_packet.hpp"
#include "sfu/published_encoding.hpp"
#include "sfu/sender_clock.hpp"

namespace kith::sfu {

class PublishedTrack {
 public:
  struct Options {
    MediaKind kind = MediaKind::kVideo;
    /// RIDs of the simulcast encodings, low to high by the declared layers; empty: one encoding, perhaps SVC.
    std::vector<std::string> rids;
    bool wants_retransmission = true;  ///< false for RED, which repairs itself
  };
  explicit PublishedTrack(Options options);

  [[nodiscard]] MediaKind kind() const { return options_.kind; }
  [[nodiscard]] bool is_simulcast() const { return encodings_.size() > 1; }
  [[nodiscard]] size_t encoding_count() const { return encodings_.size(); }
  PublishedEncoding& encoding(size_t index) { return encodings_[index]; }
  [[nodiscard]] const PublishedEncoding& encoding(size_t index) const { return encodings_[index]; }
  /// Position of a RID among the encodings; nullopt: none of this track.
  [[nodiscard]] std::optional<uint8_t> encoding_of(std::string_view rid) const;

  /// Takes one packet that belongs to `encoding` (PublisherSources finds it). `size`: of the whole packet.
  /// Returns what every subscriber must be offered, valid until the next packet of the encoding; nullptr: nothing.
  const MediaPacket* handle_packet(Instant now, uint8_t encoding, const rtc::RtpPacket& packet, size_t size,
                                   const PayloadTypes& types, const rtc::RtpExtensionMap& extensions);
  /// `report`: of any of its SSRCs; false if it is of none.
  bool handle_sender_report(Instant now, const rtc::SenderReport& report);
  /// Muted: its silence is no loss.
  void set_muted(bool is_muted);
  [[nodiscard]] bool is_muted() const { return is_muted_; }
  /// To the publisher: when to ask again.
  void set_rtt(Duration rtt);

  /// A viewer of this spatial layer needs a key frame. May be called often; requests are rare.
  void want_key_frame(Instant now, int8_t spatial);
  /// Appends NACKs and PLIs that are due; `sender`: our SSRC in RTCP to this publisher.
  void take_feedback(Instant now, rtc::Ssrc sender, std::vector<rtc::RtcpPacket>& feedback);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  /// Appends one report block per stream that sends; call about once a second.
  void take_reports(Instant now, std::vector<rtc::ReportBlock>& blocks);

  /// Loudness of the newest audio packet with a level; nullopt before the first.
  [[nodiscard]] const std::optional<rtc::AudioLevel>& audio_level() const { return audio_level_; }
  /// When any packet came last.
  [[nodiscard]] std::optional<Instant> last_packet_at() const { return last_packet_at_; }

  // For the allocator. Spatial layers are encodings (simulcast) or layers inside the only one (SVC).

  [[nodiscard]] bool is_alive(Instant now, int8_t spatial) const;
  /// The wanted spatial layer if it is alive, else the next lower that is, else the next higher; −1: none.
  [[nodiscard]] int8_t alive_layer_near(Instant now, int8_t wanted) const;
  /// Measured: what forwarding this layer costs.
  [[nodiscard]] DataRate rate(Instant now, Layer layer) const;
  /// How many temporal layers a spatial layer has had lately, at least 1.
  [[nodiscard]] int8_t temporal_layers(Instant now, int8_t spatial) const;

 private:
  Options options_;
  std::vector<PublishedEncoding> encodings_;
  uint16_t sources_ = 0;  ///< streams begun so far
  bool is_muted_ = false;
  std::optional<rtc::AudioLevel> audio_level_;
  std::optional<Instant> last_packet_at_;
};

}  // namespace kith::sfu
