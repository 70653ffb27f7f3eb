#include "rtc/rtcp.hpp"

#include "rtc/rtcp_codec.hpp"

namespace kith::rtc {

namespace {

constexpr size_t kHeaderBytes = 4;
constexpr uint64_t kSecondsFrom1900To1970 = 2'208'988'800;

bool parse_body(uint8_t type, const RtcpBody& body, RtcpSink& sink) {
  switch (type) {
    case kTypeSenderReport:
      return parse_sender_report(body, sink);
    case kTypeReceiverReport:
      return parse_receiver_report(body, sink);
    case kTypeSourceDescription:
      return parse_source_description(body, sink);
    case kTypeBye:
      return parse_bye(body, sink);
    case kTypeTransportLayerFeedback:
      if (body.count == kFormatNack) return parse_nack(body, sink);
      if (body.count == kFormatTransportFeedback) return parse_transport_feedback(body, sink);
      return true;
    case kTypePayloadFeedback:
      if (body.count == kFormatPictureLoss) return parse_picture_loss(body, sink);
      if (body.count == kFormatFullIntra) return parse_full_intra(body, sink);
      if (body.count == kFormatApplication) return parse_application_feedback(body, sink);
      return true;
    case kTypeExtendedReport:
      return parse_extended_report(body, sink);
    default:
      return true;
  }
}

constexpr auto counted(size_t count) { return static_cast<uint8_t>(count & kRtcpCountMax); }

RtcpHead head_of(const SenderReport& packet) { return {kTypeSenderReport, counted(packet.blocks.size())}; }
RtcpHead head_of(const ReceiverReport& packet) { return {kTypeReceiverReport, counted(packet.blocks.size())}; }
RtcpHead head_of(const SourceDescription&) { return {kTypeSourceDescription, 1}; }
RtcpHead head_of(const Bye& packet) { return {kTypeBye, counted(packet.ssrcs.size())}; }
RtcpHead head_of(const Nack&) { return {kTypeTransportLayerFeedback, kFormatNack}; }
RtcpHead head_of(const PictureLossIndication&) { return {kTypePayloadFeedback, kFormatPictureLoss}; }
RtcpHead head_of(const FullIntraRequest&) { return {kTypePayloadFeedback, kFormatFullIntra}; }
RtcpHead head_of(const ReceiverEstimatedMaxBitrate&) { return {kTypePayloadFeedback, kFormatApplication}; }
RtcpHead head_of(const TransportFeedback&) { return {kTypeTransportLayerFeedback, kFormatTransportFeedback}; }
RtcpHead head_of(const ReceiverReferenceTime&) { return {kTypeExtendedReport, 0}; }
RtcpHead head_of(const DelaySinceLastReference&) { return {kTypeExtendedReport, 0}; }

}  // namespace

bool parse_rtcp(Bytes datagram, std::vector<RtcpPacket>& packets) {
  RtcpSink sink{.packets = packets};
  while (!datagram.empty()) {
    if (datagram.size() < kHeaderBytes || datagram[0] >> 6 != 2) return false;
    const size_t size = kHeaderBytes + size_t{4} * load_u16(datagram.data() + 2);
    if (datagram.size() < size) return false;
    Bytes body = datagram.subspan(kHeaderBytes, size - kHeaderBytes);
    if ((datagram[0] & 0x20) != 0) {
      const size_t padding = body.empty() ? 0 : body.back();
      if (padding == 0 || padding > body.size()) return false;
      body = body.first(body.size() - padding);
    }
    const RtcpBody parsed{.count = static_cast<uint8_t>(datagram[0] & kRtcpCountMax), .bytes = body};
    if (!parse_body(datagram[1], parsed, sink)) return false;
    datagram = datagram.subspan(size);
  }
  return true;
}

bool serialize_rtcp(const RtcpPacket& packet, ByteWriter& out) {
  ByteWriter attempt = out;  // becomes `out` only if everything fitted
  const size_t start = attempt.size();
  const auto write = [&](const auto& kind) {
    const RtcpHead head = head_of(kind);
    attempt.u8(static_cast<uint8_t>(0x80 | head.count));
    attempt.u8(head.type);
    attempt.u16(0);
    return write_body(kind, attempt);
  };
  if (!std::visit(write, packet) || !attempt.ok()) return false;
  attempt.zeros((4 - (attempt.size() - start) % 4) % 4);
  const size_t words = (attempt.size() - start) / 4 - 1;
  if (!attempt.ok() || words > 0xFFFF) return false;
  store_u16(attempt.written().data() + start + 2, static_cast<uint16_t>(words));
  out = attempt;
  return true;
}

uint64_t ntp_of(UnixMillis wall) {
  const auto millis = static_cast<uint64_t>(wall.value);
  const uint64_t fraction = ((millis % 1000) << 32) / 1000;
  return (millis / 1000 + kSecondsFrom1900To1970) << 32 | fraction;
}

}  // namespace kith::rtc
