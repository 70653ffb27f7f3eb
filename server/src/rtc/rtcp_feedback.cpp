// RTCP feedback about losses, pictures and bitrate: NACK (RFC 4585 §6.2.1), PLI (§6.3.1), FIR (RFC 5104 §4.3.1),
// REMB (draft-alvestrand-rmcat-remb-03 §2.2).
#include <bit>

#include "rtc/rtcp_codec.hpp"

namespace kith::rtc {

namespace {

constexpr int kMaskBits = 16;  ///< of a NACK item: the packets after the one it names
constexpr uint32_t kRembName = 0x52454D42;
constexpr int kMantissaBits = 18;
constexpr size_t kRembSsrcsMax = 255;

}  // namespace

bool parse_nack(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  Nack nack;
  nack.sender = reader.u32();
  nack.media = reader.u32();
  while (reader.ok() && reader.left() != 0) {
    const uint16_t first = reader.u16();
    const uint16_t mask = reader.u16();
    const size_t count = 1 + static_cast<size_t>(std::popcount(mask));
    if (!reader.ok() || count > sink.sequences_left) return false;
    sink.sequences_left -= count;
    nack.lost.push_back(first);
    for (int bit = 0; bit < kMaskBits; ++bit) {
      if ((mask >> bit & 1) != 0) nack.lost.push_back(static_cast<uint16_t>(first + bit + 1));
    }
  }
  if (!reader.ok()) return false;
  sink.packets.emplace_back(std::move(nack));
  return true;
}

bool parse_picture_loss(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  PictureLossIndication indication;
  indication.sender = reader.u32();
  indication.media = reader.u32();
  if (!reader.ok()) return false;
  sink.packets.emplace_back(indication);
  return true;
}

bool parse_full_intra(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  const Ssrc sender = reader.u32();
  reader.skip(4);  // the media source stands in each entry
  while (reader.ok() && reader.left() != 0) {
    FullIntraRequest request{.sender = sender};
    request.media = reader.u32();
    request.sequence = reader.u8();
    reader.skip(3);
    if (reader.ok()) sink.packets.emplace_back(request);
  }
  return reader.ok();
}

bool parse_application_feedback(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  ReceiverEstimatedMaxBitrate estimate;
  estimate.sender = reader.u32();
  reader.skip(4);  // always 0
  if (reader.left() < 4) return reader.ok();
  if (reader.u32() != kRembName) return true;
  const size_t count = reader.u8();
  const uint32_t packed = reader.u24();
  const auto exponent = static_cast<int>(packed >> kMantissaBits);
  const uint64_t mantissa = packed & ((1U << kMantissaBits) - 1);
  if (std::bit_width(mantissa) + exponent > 64) return false;
  estimate.bits_per_second = mantissa << exponent;
  for (size_t i = 0; i < count; ++i) estimate.ssrcs.push_back(reader.u32());
  if (!reader.ok()) return false;
  sink.packets.emplace_back(std::move(estimate));
  return true;
}

bool write_body(const Nack& packet, ByteWriter& out) {
  out.u32(packet.sender);
  out.u32(packet.media);
  for (size_t i = 0; i < packet.lost.size();) {
    const uint16_t first = packet.lost[i++];
    uint16_t mask = 0;
    // Into the mask goes what follows in rising order, so that the list is read back as it was.
    for (int last = 0; i < packet.lost.size(); ++i) {
      const int distance = sequence_distance(first, packet.lost[i]);
      if (distance <= last || distance > kMaskBits) break;
      mask = static_cast<uint16_t>(mask | 1 << (distance - 1));
      last = distance;
    }
    out.u16(first);
    out.u16(mask);
  }
  return true;
}

bool write_body(const PictureLossIndication& packet, ByteWriter& out) {
  out.u32(packet.sender);
  out.u32(packet.media);
  return true;
}

bool write_body(const FullIntraRequest& packet, ByteWriter& out) {
  out.u32(packet.sender);
  out.u32(0);
  out.u32(packet.media);
  out.u8(packet.sequence);
  out.u24(0);
  return true;
}

bool write_body(const ReceiverEstimatedMaxBitrate& packet, ByteWriter& out) {
  const int exponent = std::max(0, static_cast<int>(std::bit_width(packet.bits_per_second)) - kMantissaBits);
  out.u32(packet.sender);
  out.u32(0);
  out.u32(kRembName);
  out.u8(static_cast<uint8_t>(packet.ssrcs.size()));
  out.u24(static_cast<uint32_t>(exponent) << kMantissaBits | static_cast<uint32_t>(packet.bits_per_second >> exponent));
  for (const Ssrc ssrc : packet.ssrcs) out.u32(ssrc);
  return packet.ssrcs.size() <= kRembSsrcsMax;
}

}  // namespace kith::rtc
