// RTCP feedback about every packet of a transport (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
//
// A status per packet comes first, packed into chunks of 16 bits; then one delta per received packet.
#include <algorithm>

#include "rtc/rtcp_codec.hpp"

namespace kith::rtc {

namespace {

enum Status : uint8_t { kNotReceived = 0, kSmallDelta = 1, kLargeDelta = 2 };

constexpr size_t kRunMax = 0x1FFF;
constexpr size_t kOneBitStatuses = 14;
constexpr size_t kTwoBitStatuses = 7;
constexpr int32_t kReferenceTimeMax = 0x7FFFFF;

using Deltas = std::vector<std::optional<int16_t>>;

Status status_of(const std::optional<int16_t>& delta) {
  if (!delta) return kNotReceived;
  return *delta >= 0 && *delta <= 0xFF ? kSmallDelta : kLargeDelta;
}

/// Appends the statuses of one chunk, at most up to `count` in all; false for the reserved one.
bool parse_chunk(uint16_t chunk, size_t count, std::vector<Status>& statuses) {
  const auto append = [&](unsigned symbol) {
    if (statuses.size() < count) statuses.push_back(static_cast<Status>(symbol));
    return symbol <= kLargeDelta;
  };
  if ((chunk & 0x8000) == 0) {
    const unsigned symbol = chunk >> 13 & 3;
    const size_t run = std::min<size_t>(chunk & kRunMax, count - statuses.size());
    statuses.insert(statuses.end(), run, static_cast<Status>(symbol));
    return symbol <= kLargeDelta;
  }
  if ((chunk & 0x4000) == 0) {
    for (size_t i = 0; i < kOneBitStatuses; ++i) append(chunk >> (kOneBitStatuses - 1 - i) & 1);
    return true;
  }
  bool is_known = true;
  for (size_t i = 0; i < kTwoBitStatuses; ++i) {
    is_known = append(chunk >> 2 * (kTwoBitStatuses - 1 - i) & 3) && is_known;
  }
  return is_known;
}

/// Writes the chunk that begins at `at`; returns how many packets it covers.
size_t write_chunk(const Deltas& deltas, size_t at, ByteWriter& out) {
  const size_t left = deltas.size() - at;
  const Status first = status_of(deltas[at]);
  size_t run = 1;
  while (run < std::min(left, kRunMax) && status_of(deltas[at + run]) == first) ++run;
  const size_t one_bit = std::min(left, kOneBitStatuses);
  bool fits_one_bit = true;
  for (size_t i = 0; i < one_bit; ++i) fits_one_bit = fits_one_bit && status_of(deltas[at + i]) != kLargeDelta;
  if (run >= one_bit || (!fits_one_bit && run >= kTwoBitStatuses)) {
    out.u16(static_cast<uint16_t>(first << 13 | run));
    return run;
  }
  const size_t covered = fits_one_bit ? one_bit : std::min(left, kTwoBitStatuses);
  unsigned chunk = fits_one_bit ? 0x8000 : 0xC000;
  for (size_t i = 0; i < covered; ++i) {
    const unsigned symbol = status_of(deltas[at + i]);
    chunk |= fits_one_bit ? symbol << (kOneBitStatuses - 1 - i) : symbol << 2 * (kTwoBitStatuses - 1 - i);
  }
  out.u16(static_cast<uint16_t>(chunk));
  return covered;
}

}  // namespace

bool parse_transport_feedback(const RtcpBody& body, RtcpSink& sink) {
  ByteReader reader(body.bytes);
  TransportFeedback feedback;
  feedback.sender = reader.u32();
  feedback.media = reader.u32();
  feedback.base_sequence = reader.u16();
  const size_t count = reader.u16();
  feedback.reference_time = static_cast<int32_t>(reader.u24() << 8) >> 8;  // the sign is bit 23
  feedback.feedback_count = reader.u8();
  if (!reader.ok() || count > sink.sequences_left) return false;
  sink.sequences_left -= count;
  std::vector<Status> statuses;
  statuses.reserve(count);
  while (statuses.size() < count) {
    const uint16_t chunk = reader.u16();
    if (!reader.ok() || !parse_chunk(chunk, count, statuses)) return false;
  }
  feedback.deltas.reserve(count);
  for (const Status status : statuses) {
    std::optional<int16_t> delta;
    if (status == kSmallDelta) delta = reader.u8();
    if (status == kLargeDelta) delta = static_cast<int16_t>(reader.u16());
    feedback.deltas.push_back(delta);
  }
  if (!reader.ok()) return false;
  sink.packets.emplace_back(std::move(feedback));
  return true;
}

bool write_body(const TransportFeedback& packet, ByteWriter& out) {
  if (packet.deltas.size() > kRtcpSequencesMax) return false;
  out.u32(packet.sender);
  out.u32(packet.media);
  out.u16(packet.base_sequence);
  out.u16(static_cast<uint16_t>(packet.deltas.size()));
  out.u24(static_cast<uint32_t>(std::clamp(packet.reference_time, -kReferenceTimeMax - 1, kReferenceTimeMax)));
  out.u8(packet.feedback_count);
  for (size_t at = 0; at < packet.deltas.size();) at += write_chunk(packet.deltas, at, out);
  for (const auto& delta : packet.deltas) {
    const Status status = status_of(delta);
    if (status == kSmallDelta) out.u8(static_cast<uint8_t>(*delta));
    if (status == kLargeDelta) out.u16(static_cast<uint16_t>(*delta));
  }
  return true;
}

}  // namespace kith::rtc
