// RTCP extended reports, of which two block types let a receiver measure round trips (RFC 3611 §4.4, §4.5).
#include "rtc/rtcp_codec.hpp"

namespace kith::rtc {

namespace {

constexpr uint8_t kBlockReferenceTime = 4;
constexpr uint8_t kBlockDelaySinceLast = 5;
constexpr size_t kReferenceTimeWords = 2;
constexpr size_t kDelayWords = 3;  ///< per source
constexpr size_t kDelayBlocksMax = 0xFFFF / kDelayWords;

}  // namespace

bool parse_extended_report(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  const Ssrc sender = reader.u32();
  while (reader.ok() && reader.left() != 0) {
    const uint8_t type = reader.u8();
    reader.skip(1);
    const size_t words = reader.u16();
    ByteReader block(reader.take(4 * words));
    if (!reader.ok()) return false;
    if (type == kBlockReferenceTime) {
      if (words != kReferenceTimeWords) return false;
      sink.packets.emplace_back(ReceiverReferenceTime{.sender = sender, .ntp = block.u64()});
    } else if (type == kBlockDelaySinceLast) {
      if (words % kDelayWords != 0) return false;
      DelaySinceLastReference delays{.sender = sender};
      while (block.left() != 0) {
        auto& delay = delays.blocks.emplace_back();
        delay.ssrc = block.u32();
        delay.last_reference = block.u32();
        delay.delay_since = block.u32();
      }
      sink.packets.emplace_back(std::move(delays));
    }
  }
  return reader.ok();
}

bool write_body(const ReceiverReferenceTime& packet, ByteWriter& out) {
  out.u32(packet.sender);
  out.u8(kBlockReferenceTime);
  out.u8(0);
  out.u16(kReferenceTimeWords);
  out.u64(packet.ntp);
  return true;
}

bool write_body(const DelaySinceLastReference& packet, ByteWriter& out) {
  if (packet.blocks.size() > kDelayBlocksMax) return false;
  out.u32(packet.sender);
  out.u8(kBlockDelaySinceLast);
  out.u8(0);
  out.u16(static_cast<uint16_t>(kDelayWords * packet.blocks.size()));
  for (const auto& delay : packet.blocks) {
    out.u32(delay.ssrc);
    out.u32(delay.last_reference);
    out.u32(delay.delay_since);
  }
  return true;
}

}  // namespace kith::rtc
