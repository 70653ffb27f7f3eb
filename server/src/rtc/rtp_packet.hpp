// An RTP packet as a view into its datagram (RFC 3550 §5.1), and its header extensions (RFC 8285).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rtc/bytes.hpp"

namespace kith::rtc {

using Ssrc = uint32_t;

/// Distance on the circle of sequence numbers: positive if `to` is newer.
inline int16_t sequence_distance(uint16_t from, uint16_t to) {
  return static_cast<int16_t>(static_cast<uint16_t>(to - from));
}

/// The header extensions Kith reads or writes.
enum class RtpExtension : uint8_t {
  kMid,
  kRid,
  kRepairedRid,
  kAudioLevel,
  kTransportSequence,
  kAbsSendTime,
  kAbsCaptureTime,
  kDependencyDescriptor,
  kVideoOrientation,
  kPlayoutDelay,
  kVideoContentType,
};
inline constexpr size_t kRtpExtensionCount = 11;

/// The URI of an extension as SDP names it, and back; nullopt for one we do not know.
std::string_view uri_of(RtpExtension extension);
std::optional<RtpExtension> rtp_extension_of(std::string_view uri);

/// Which extension has which id in one peer connection. Ids are 1 to 14, with two-byte headers to 255.
class RtpExtensionMap {
 public:
  void set(RtpExtension extension, uint8_t id) { ids_[static_cast<size_t>(extension)] = id; }
  /// 0: not negotiated.
  [[nodiscard]] uint8_t id_of(RtpExtension extension) const { return ids_[static_cast<size_t>(extension)]; }
  [[nodiscard]] std::optional<RtpExtension> extension_of(uint8_t id) const;
  bool operator==(const RtpExtensionMap&) const = default;

 private:
  std::array<uint8_t, kRtpExtensionCount> ids_{};
};

/// A parsed packet. All views point into the datagram it was parsed from.
struct RtpPacket {
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  Ssrc ssrc = 0;
  size_t header_size = 0;          ///< fixed header, CSRCs and extension block: where the payload begins
  Bytes extension_block;           ///< the elements, without the four bytes of profile and length
  uint16_t extension_profile = 0;  ///< 0xBEDE one-byte, 0x100x two-byte, 0 none
  Bytes payload;                   ///< without padding; empty for padding-only packets
  size_t padding_size = 0;

  /// The whole packet, decrypted. nullopt if it is no RTP version 2 packet or its lengths do not add up.
  static std::optional<RtpPacket> parse(Bytes packet);
  /// The value of an extension element by its id; nullopt if there is none. Sources: RFC 8285 §4.2, §4.3.
  [[nodiscard]] std::optional<Bytes> find_extension(uint8_t id) const;
  [[nodiscard]] std::optional<Bytes> find(const RtpExtensionMap& map, RtpExtension extension) const {
    const uint8_t id = map.id_of(extension);
    return id == 0 ? std::nullopt : find_extension(id);
  }
};

/// The header fields of a packet that is being written.
struct RtpHeader {
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  Ssrc ssrc = 0;
};

/// Writes fixed headers and extension elements, choosing one- or two-byte form by what is asked for.
/// Use: `RtpHeaderWriter w(out, header); w.add(id, value)…; size_t n = w.finish();`. Two-byte form is used from the
/// start if `is_two_byte`; an element that does not fit its form or the buffer makes `finish` return 0.
class RtpHeaderWriter {
 public:
  RtpHeaderWriter(MutableBytes out, const RtpHeader& header, bool is_two_byte = false);
  /// Where the value may be written later, e.g. the transport sequence number just before sending; empty if it did not
  /// fit.
  MutableBytes add(uint8_t id, Bytes value);
  /// Pads the block and writes its length; returns the header's size.
  size_t finish();

 private:
  ByteWriter writer_;
  size_t length_at_ = 0;  ///< where the block's length stands; 0: no element yet
  bool is_two_byte_;
  bool is_ok_ = true;
};

/// RFC 6464: loudness of an audio packet.
struct AudioLevel {
  uint8_t dbov = 127;  ///< −dBov: 0 loudest, 127 silence
  bool has_voice = false;
};
std::optional<AudioLevel> parse_audio_level(Bytes value);

}  // namespace kith::rtc
