// A received media packet, parsed once and forwarded many times, and what it becomes for one subscriber.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"
#include "rtc/bytes.hpp"
#include "sfu/codec/vp8_descriptor.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// A packet of a published encoding. Its bytes belong to the encoding's history and stay until its next packet comes.
struct MediaPacket {
  Instant arrival{};
  int64_t sequence = 0;  ///< unwrapped; goes on when the publisher starts its stream anew
  uint32_t timestamp = 0;
  /// Which RTP stream of the track: another value for each encoding, and after each restart of one.
  uint16_t source = 0;
  uint8_t encoding = 0;  ///< position among the track's simulcast encodings, low to high; 0 for SVC and audio
  Codec codec = Codec::kUnknown;
  bool marker = false;
  bool is_padding = false;  ///< padding only: never forwarded, but its sequence number must be closed up
  bool is_silence = false;  ///< audio: discontinuous transmission, nobody speaks
  bool is_late = false;     ///< older than the newest: reordered, or recovered by retransmission
  FrameInfo frame;
  Vp8Descriptor vp8;
  uint16_t red_primary_at = 0;  ///< RED: where the primary frame begins in the payload

  /// The extension block for subscribers (SubscriberExtensions), with profile and length; empty: none.
  rtc::Bytes extensions;
  uint16_t descriptor_at = 0;  ///< where in `extensions` the value of the dependency descriptor begins; 0: none
  uint8_t descriptor_size = 0;
  uint16_t frame_number = 0;  ///< of the dependency descriptor
  uint16_t mask_at_bit = 0;   ///< of the dependency descriptor
  uint8_t decode_target_count = 0;
  bool tells_active_targets = false;  ///< the descriptor brings a structure or a mask: viewers learn what is sent
  /// Decode targets the publisher sends, by the dependency descriptor's newest mask; bits above the count mean nothing.
  uint32_t active_decode_targets = 0;

  rtc::Bytes payload;  ///< as received, descriptor included
};

/// What one packet becomes for one subscriber: handed to `SrtpOutbound::protect_rtp(header, prefix, payload, …)`.
struct OutgoingPacket {
  static constexpr size_t kHeaderMax = 12 + 4 + 320;
  static constexpr size_t kPrefixMax = 2 + Vp8Descriptor::kSizeMax;

  std::array<uint8_t, kHeaderMax> header_bytes;
  std::array<uint8_t, kPrefixMax> prefix_bytes;  ///< original sequence number of RTX, rewritten VP8 descriptor
  uint16_t header_size = 0;
  uint8_t prefix_size = 0;
  uint8_t transport_sequence_at = 0;  ///< where in the header the transport sequence number belongs; 0: nowhere
  rtc::Bytes payload;

  [[nodiscard]] rtc::Bytes header() const { return {header_bytes.data(), header_size}; }
  [[nodiscard]] rtc::Bytes prefix() const { return {prefix_bytes.data(), prefix_size}; }
  /// Bytes before protection.
  [[nodiscard]] size_t size() const { return size_t{header_size} + prefix_size + payload.size(); }
  /// Call just before protecting; does nothing where the subscriber takes no transport sequence numbers.
  void set_transport_sequence(uint16_t sequence) {
    if (transport_sequence_at != 0) rtc::store_u16(header_bytes.data() + transport_sequence_at, sequence);
  }
};

}  // namespace kith::sfu
