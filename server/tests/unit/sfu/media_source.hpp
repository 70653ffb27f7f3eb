// A publisher's encoder and a subscriber's ear, for the tests of forwarding: real RTP bytes in, what arrives out.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "rtc/rtp_packet.hpp"
#include "sfu/codec/vp8_descriptor.hpp"
#include "sfu/published_track.hpp"
#include "sfu/subscribed_track.hpp"

namespace kith::sfu::test {

using Datagram = std::vector<uint8_t>;

inline constexpr uint8_t kVp8Type = 96;
inline constexpr uint8_t kRtxType = 97;
inline constexpr uint8_t kOpusType = 111;
inline constexpr uint8_t kRedType = 63;
inline constexpr uint8_t kH264Type = 125;
inline constexpr uint8_t kVp9Type = 98;
inline constexpr uint8_t kAv1Type = 45;

inline PayloadTypes payload_types() {
  PayloadTypes types{};
  types[kVp8Type] = {.codec = Codec::kVp8};
  types[kRtxType] = {.is_retransmission = true, .associated = kVp8Type};
  types[kOpusType] = {.codec = Codec::kOpus};
  types[kRedType] = {.codec = Codec::kRed};
  types[kH264Type] = {.codec = Codec::kH264};
  types[kVp9Type] = {.codec = Codec::kVp9};
  types[kAv1Type] = {.codec = Codec::kAv1};
  return types;
}

/// The publisher's extension ids: other ones than ours.
inline rtc::RtpExtensionMap published_extensions() {
  rtc::RtpExtensionMap map;
  map.set(rtc::RtpExtension::kMid, 9);
  map.set(rtc::RtpExtension::kRid, 10);
  map.set(rtc::RtpExtension::kRepairedRid, 11);
  map.set(rtc::RtpExtension::kAudioLevel, 12);
  map.set(rtc::RtpExtension::kDependencyDescriptor, 13);
  map.set(rtc::RtpExtension::kAbsCaptureTime, 14);
  return map;
}

struct ExtensionValue {
  rtc::RtpExtension extension;
  Datagram value;
};

inline Datagram rtp(const rtc::RtpHeader& header, rtc::Bytes payload, const std::vector<ExtensionValue>& values = {}) {
  Datagram datagram(12 + 400 + payload.size());
  const rtc::RtpExtensionMap ids = published_extensions();
  bool is_two_byte = false;
  for (const ExtensionValue& each : values) is_two_byte |= each.value.size() > 16;
  rtc::RtpHeaderWriter writer(datagram, header, is_two_byte);
  for (const ExtensionValue& each : values) writer.add(ids.id_of(each.extension), each.value);
  const size_t size = writer.finish();
  std::copy(payload.begin(), payload.end(), datagram.begin() + static_cast<std::ptrdiff_t>(size));
  datagram.resize(size + payload.size());
  return datagram;
}

/// Padding only: the last byte of the packet counts the padding.
inline Datagram padding_packet(rtc::RtpHeader header, uint8_t size) {
  Datagram padding(size);
  padding.back() = size;
  Datagram datagram = rtp(header, padding);
  datagram[0] |= 0x20;
  return datagram;
}

/// One VP8 encoding as a browser sends it: 30 frames a second, temporal layers 0 2 1 2.
class Vp8Encoder {
 public:
  struct Options {
    rtc::Ssrc ssrc = 1;
    uint16_t sequence = 1000;
    uint32_t timestamp = 90'000;
    uint16_t picture_id = 100;
    uint8_t base_picture = 10;
    int packets_per_frame = 3;
    bool has_temporal_layers = false;
  };
  explicit Vp8Encoder(const Options& options)
      : options_(options),
        header_{.payload_type = kVp8Type,
                .sequence = options.sequence,
                .timestamp = options.timestamp,
                .ssrc = options.ssrc} {}

  /// The packets of the next frame.
  std::vector<Datagram> frame(bool is_key = false) {
    static constexpr std::array<uint8_t, 4> kPattern{0, 2, 1, 2};
    if (is_key) position_ = 0;
    Vp8Descriptor descriptor;
    descriptor.has_picture_id = descriptor.has_base_picture = descriptor.has_temporal_layer = true;
    descriptor.has_key_index = true;
    descriptor.picture_id = options_.picture_id++ & 0x7FFF;
    descriptor.temporal_layer = options_.has_temporal_layers ? kPattern[position_ % 4] : uint8_t{0};
    descriptor.is_layer_sync = options_.has_temporal_layers && (position_ == 1 || position_ == 2);
    if (descriptor.temporal_layer == 0) ++options_.base_picture;
    descriptor.base_picture = options_.base_picture;
    position_ = (position_ + 1) % 8;
    std::vector<Datagram> packets;
    for (int i = 0; i < options_.packets_per_frame; ++i) {
      descriptor.starts_partition = i == 0;
      Datagram payload(Vp8Descriptor::kSizeMax);
      payload.resize(descriptor.serialize(payload));
      payload.push_back(is_key ? 0x00 : 0x01);
      payload.resize(payload.size() + 50, static_cast<uint8_t>(header_.sequence));
      header_.marker = i + 1 == options_.packets_per_frame;
      packets.push_back(rtp(header_, payload));
      ++header_.sequence;
    }
    header_.timestamp += 3000;
    return packets;
  }
  [[nodiscard]] const rtc::RtpHeader& next() const { return header_; }
  void skip_sequence() { ++header_.sequence; }

 private:
  Options options_;
  rtc::RtpHeader header_;
  size_t position_ = 0;
};

/// The same packet again on the RTX stream (RFC 4588 §4).
inline Datagram retransmission(const Datagram& original, rtc::Ssrc ssrc, uint16_t sequence) {
  const auto packet = rtc::RtpPacket::parse(original);
  Datagram payload{static_cast<uint8_t>(packet->sequence >> 8), static_cast<uint8_t>(packet->sequence)};
  payload.insert(payload.end(), packet->payload.begin(), packet->payload.end());
  return rtp({.payload_type = kRtxType,
              .marker = packet->marker,
              .sequence = sequence,
              .timestamp = packet->timestamp,
              .ssrc = ssrc},
             payload);
}

/// A published track fed with datagrams.
struct Publisher {
  explicit Publisher(PublishedTrack::Options options) : track(std::move(options)) {}

  const MediaPacket* receive(Instant now, uint8_t encoding, const Datagram& datagram) {
    const auto packet = rtc::RtpPacket::parse(datagram);
    return packet ? track.handle_packet(now, encoding, *packet, datagram.size(), types, extensions) : nullptr;
  }

  PublishedTrack track;
  PayloadTypes types = payload_types();
  rtc::RtpExtensionMap extensions = published_extensions();
};

/// What one subscriber received, parsed again from bytes.
struct Heard {
  Datagram bytes;
  rtc::RtpPacket packet;  ///< views `bytes`
  std::optional<Vp8Descriptor> vp8;
};

class Viewer {
 public:
  static constexpr rtc::Ssrc kSsrc = 0xAAAA;
  static constexpr rtc::Ssrc kRtxSsrc = 0xBBBB;

  static SubscribedTrack::Options options(const PublishedTrack& published) {
    const bool is_audio = published.kind() == MediaKind::kAudio;
    return {.published = published,
            .ssrc = kSsrc,
            .rtx_ssrc = is_audio ? 0 : kRtxSsrc,
            .payload_type = is_audio ? kOpusType : kVp8Type,
            .rtx_payload_type = is_audio ? uint8_t{0} : kRtxType,
            .rate_hz = is_audio ? 48'000U : 90'000U};
  }
  explicit Viewer(const PublishedTrack& published, uint64_t seed = 1) : Viewer(options(published), seed) {}
  Viewer(const SubscribedTrack::Options& options, uint64_t seed) : random_(seed), track(options, random_) {}

  /// True if the packet was forwarded.
  bool offer(const MediaPacket* packet) {
    OutgoingPacket out;
    if (packet == nullptr || !track.forward(*packet, out)) return false;
    hear(out);
    return true;
  }
  void hear(const OutgoingPacket& out) {
    auto heard_now = std::make_unique<Heard>();
    Datagram& bytes = heard_now->bytes;
    for (const rtc::Bytes part : {out.header(), out.prefix(), out.payload}) {
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
    heard_now->packet = rtc::RtpPacket::parse(bytes).value();
    if (heard_now->packet.payload_type == kVp8Type) heard_now->vp8 = Vp8Descriptor::parse(heard_now->packet.payload);
    heard.push_back(std::move(heard_now));
  }
  auto ear() {
    return [this](OutgoingPacket& out) { hear(out); };
  }

  std::vector<std::unique_ptr<Heard>> heard;

 private:
  SeededRandom random_;

 public:
  SubscribedTrack track;
};

}  // namespace kith::sfu::test
