// RTCP sender and receiver reports, source descriptions and goodbyes (RFC 3550 §6.4 to §6.6).
#include <algorithm>

#include "rtc/rtcp_codec.hpp"

namespace kith::rtc {

namespace {

constexpr uint8_t kItemEnd = 0;
constexpr uint8_t kItemCname = 1;
constexpr size_t kCnameBytesMax = 255;
constexpr int32_t kCumulativeLostMax = 0x7FFFFF;

std::vector<ReportBlock> parse_blocks(size_t count, ByteReader& reader) {
  std::vector<ReportBlock> blocks;
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    ReportBlock block;
    block.ssrc = reader.u32();
    block.fraction_lost = reader.u8();
    const uint32_t lost = reader.u24();
    block.cumulative_lost = static_cast<int32_t>(lost << 8) >> 8;  // the sign is bit 23
    block.highest_sequence = reader.u32();
    block.jitter = reader.u32();
    block.last_sender_report = reader.u32();
    block.delay_since = reader.u32();
    blocks.push_back(block);
  }
  return blocks;
}

bool write_blocks(const std::vector<ReportBlock>& blocks, ByteWriter& out) {
  for (const ReportBlock& block : blocks) {
    out.u32(block.ssrc);
    out.u8(block.fraction_lost);
    out.u24(static_cast<uint32_t>(std::clamp(block.cumulative_lost, -kCumulativeLostMax - 1, kCumulativeLostMax)));
    out.u32(block.highest_sequence);
    out.u32(block.jitter);
    out.u32(block.last_sender_report);
    out.u32(block.delay_since);
  }
  return blocks.size() <= kRtcpCountMax;
}

/// One chunk: a source and its items up to the zero byte, padded to a multiple of four.
bool parse_chunk(ByteReader& reader, size_t body_bytes, RtcpSink& sink) {
  SourceDescription source;
  source.ssrc = reader.u32();
  bool has_cname = false;
  while (reader.ok()) {
    const uint8_t item = reader.u8();
    if (item == kItemEnd) break;
    const Bytes text = reader.take(reader.u8());
    if (item != kItemCname || has_cname) continue;
    source.cname = as_text(text);
    has_cname = true;
  }
  reader.skip((4 - (body_bytes - reader.left()) % 4) % 4);
  if (!reader.ok()) return false;
  if (has_cname) sink.packets.emplace_back(std::move(source));
  return true;
}

}  // namespace

bool parse_sender_report(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  SenderReport report;
  report.sender = reader.u32();
  report.ntp = reader.u64();
  report.rtp_timestamp = reader.u32();
  report.packet_count = reader.u32();
  report.octet_count = reader.u32();
  report.blocks = parse_blocks(body.count, reader);
  if (!reader.ok()) return false;
  sink.packets.emplace_back(std::move(report));
  return true;
}

bool parse_receiver_report(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  ReceiverReport report;
  report.sender = reader.u32();
  report.blocks = parse_blocks(body.count, reader);
  if (!reader.ok()) return false;
  sink.packets.emplace_back(std::move(report));
  return true;
}

bool parse_source_description(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  for (size_t i = 0; i < body.count; ++i) {
    if (!parse_chunk(reader, body.bytes.size(), sink)) return false;
  }
  return true;
}

bool parse_bye(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  Bye bye;
  for (size_t i = 0; i < body.count; ++i) bye.ssrcs.push_back(reader.u32());
  if (!reader.ok()) return false;
  sink.packets.emplace_back(std::move(bye));
  return true;
}

bool write_body(const SenderReport& packet, ByteWriter& out) {
  out.u32(packet.sender);
  out.u64(packet.ntp);
  out.u32(packet.rtp_timestamp);
  out.u32(packet.packet_count);
  out.u32(packet.octet_count);
  return write_blocks(packet.blocks, out);
}

bool write_body(const ReceiverReport& packet, ByteWriter& out) {
  out.u32(packet.sender);
  return write_blocks(packet.blocks, out);
}

bool write_body(const SourceDescription& packet, ByteWriter& out) {
  if (packet.cname.size() > kCnameBytesMax) return false;
  out.u32(packet.ssrc);
  out.u8(kItemCname);
  out.u8(static_cast<uint8_t>(packet.cname.size()));
  out.put(as_bytes(packet.cname));
  out.u8(kItemEnd);  // the zeros up to the next word belong to the chunk as well
  return true;
}

bool write_body(const Bye& packet, ByteWriter& out) {
  for (const Ssrc ssrc : packet.ssrcs) out.u32(ssrc);
  return packet.ssrcs.size() <= kRtcpCountMax;
}

}  // namespace kith::rtc
