// What the groups of RTCP packets share: the body of one packet, and who parses and writes which group.
#pragma once

#include <cstdint>
#include <vector>

#include "rtc/rtcp.hpp"

namespace kith::rtc {

inline constexpr uint8_t kTypeSenderReport = 200;
inline constexpr uint8_t kTypeReceiverReport = 201;
inline constexpr uint8_t kTypeSourceDescription = 202;
inline constexpr uint8_t kTypeBye = 203;
inline constexpr uint8_t kTypeTransportLayerFeedback = 205;
inline constexpr uint8_t kTypePayloadFeedback = 206;
inline constexpr uint8_t kTypeExtendedReport = 207;

inline constexpr uint8_t kFormatNack = 1;
inline constexpr uint8_t kFormatTransportFeedback = 15;
inline constexpr uint8_t kFormatPictureLoss = 1;
inline constexpr uint8_t kFormatFullIntra = 4;
inline constexpr uint8_t kFormatApplication = 15;

/// Most report blocks, sources or chunks one packet can count: five bits.
inline constexpr size_t kRtcpCountMax = 31;

/// One packet without its four-byte header and padding.
struct RtcpBody {
  uint8_t count = 0;  ///< or the format of a feedback packet: the low five bits of the first byte
  Bytes bytes;
};

/// Collects what a datagram holds. `sequences_left`: how many sequence numbers it may still spell out; a few bytes can
/// claim thousands.
struct RtcpSink {
  std::vector<RtcpPacket>& packets;
  size_t sequences_left = kRtcpSequencesMax;
};

// Each appends what a body holds; false if it is malformed, then nothing was appended but what came before the fault.
bool parse_sender_report(const RtcpBody& body, RtcpSink& sink);
bool parse_receiver_report(const RtcpBody& body, RtcpSink& sink);
bool parse_source_description(const RtcpBody& body, RtcpSink& sink);
bool parse_bye(const RtcpBody& body, RtcpSink& sink);
bool parse_nack(const RtcpBody& body, RtcpSink& sink);
bool parse_picture_loss(const RtcpBody& body, RtcpSink& sink);
bool parse_full_intra(const RtcpBody& body, RtcpSink& sink);
/// Application layer feedback of which only REMB is known; others are skipped.
bool parse_application_feedback(const RtcpBody& body, RtcpSink& sink);
bool parse_transport_feedback(const RtcpBody& body, RtcpSink& sink);
bool parse_extended_report(const RtcpBody& body, RtcpSink& sink);

/// What a written packet puts into its header.
struct RtcpHead {
  uint8_t type = 0;
  uint8_t count = 0;
};

// Each writes the body; false if its lists are longer than the format can count. Whether it fitted, the writer knows.
bool write_body(const SenderReport& packet, ByteWriter& out);
bool write_body(const ReceiverReport& packet, ByteWriter& out);
bool write_body(const SourceDescription& packet, ByteWriter& out);
bool write_body(const Bye& packet, ByteWriter& out);
bool write_body(const Nack& packet, ByteWriter& out);
bool write_body(const PictureLossIndication& packet, ByteWriter& out);
bool write_body(const FullIntraRequest& packet, ByteWriter& out);
bool write_body(const ReceiverEstimatedMaxBitrate& packet, ByteWriter& out);
bool write_body(const TransportFeedback& packet, ByteWriter& out);
bool write_body(const ReceiverReferenceTime& packet, ByteWriter& out);
bool write_body(const DelaySinceLastReference& packet, ByteWriter& out);

}  // namespace kith::rtc
