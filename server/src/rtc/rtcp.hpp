// RTCP packets as values: parsed from one compound datagram, serialized into another (RFC 3550 §6, RFC 4585, RFC 5104,
// RFC 3611, draft-holmer-rmcat-transport-wide-cc-extensions-01, draft-alvestrand-rmcat-remb-03).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "rtc/bytes.hpp"
#include "rtc/rtp_packet.hpp"

namespace kith::rtc {

/// One report about one sender (RFC 3550 §6.4.1).
struct ReportBlock {
  Ssrc ssrc = 0;
  uint8_t fraction_lost = 0;        ///< of the interval, in 1/256
  int32_t cumulative_lost = 0;      ///< 24 bit, signed
  uint32_t highest_sequence = 0;    ///< with cycles in the upper half
  uint32_t jitter = 0;              ///< in units of the RTP clock
  uint32_t last_sender_report = 0;  ///< middle 32 bits of its NTP time
  uint32_t delay_since = 0;         ///< in 1/65536 s
  bool operator==(const ReportBlock&) const = default;
};

struct SenderReport {
  Ssrc sender = 0;
  uint64_t ntp = 0;  ///< 32.32 fixed point seconds since 1900
  uint32_t rtp_timestamp = 0;
  uint32_t packet_count = 0;
  uint32_t octet_count = 0;
  std::vector<ReportBlock> blocks;
  bool operator==(const SenderReport&) const = default;
};
struct ReceiverReport {
  Ssrc sender = 0;
  std::vector<ReportBlock> blocks;
  bool operator==(const ReceiverReport&) const = default;
};
/// Only CNAME is kept (RFC 3550 §6.5).
struct SourceDescription {
  Ssrc ssrc = 0;
  std::string cname;
  bool operator==(const SourceDescription&) const = default;
};
struct Bye {
  std::vector<Ssrc> ssrcs;
  bool operator==(const Bye&) const = default;
};
/// Generic NACK (RFC 4585 §6.2.1): the lost sequence numbers, spelled out.
struct Nack {
  Ssrc sender = 0;
  Ssrc media = 0;
  std::vector<uint16_t> lost;
  bool operator==(const Nack&) const = default;
};
struct PictureLossIndication {
  Ssrc sender = 0;
  Ssrc media = 0;
  bool operator==(const PictureLossIndication&) const = default;
};
struct FullIntraRequest {
  Ssrc sender = 0;
  Ssrc media = 0;
  uint8_t sequence = 0;
  bool operator==(const FullIntraRequest&) const = default;
};
struct ReceiverEstimatedMaxBitrate {
  Ssrc sender = 0;
  uint64_t bits_per_second = 0;
  std::vector<Ssrc> ssrcs;
  bool operator==(const ReceiverEstimatedMaxBitrate&) const = default;
};
/// Which packets of a transport arrived and when (transport-wide-cc-01 §3.1).
struct TransportFeedback {
  Ssrc sender = 0;
  Ssrc media = 0;
  uint16_t base_sequence = 0;
  int32_t reference_time = 0;  ///< 24 bit, signed, in 64 ms
  uint8_t feedback_count = 0;
  /// One per packet from `base_sequence`: nullopt not received, else the time since the previous received packet (the
  /// first: since the reference time) in 250 µs; may be negative.
  std::vector<std::optional<int16_t>> deltas;
  bool operator==(const TransportFeedback&) const = default;
};
/// XR receiver reference time (RFC 3611 §4.4) and its answer, DLRR (§4.5).
struct ReceiverReferenceTime {
  Ssrc sender = 0;
  uint64_t ntp = 0;
  bool operator==(const ReceiverReferenceTime&) const = default;
};
struct DelaySinceLastReference {
  Ssrc sender = 0;
  struct Block {
    Ssrc ssrc = 0;
    uint32_t last_reference = 0;
    uint32_t delay_since = 0;  ///< in 1/65536 s
    bool operator==(const Block&) const = default;
  };
  std::vector<Block> blocks;
  bool operator==(const DelaySinceLastReference&) const = default;
};

using RtcpPacket =
    std::variant<SenderReport, ReceiverReport, SourceDescription, Bye, Nack, PictureLossIndication, FullIntraRequest,
                 ReceiverEstimatedMaxBitrate, TransportFeedback, ReceiverReferenceTime, DelaySinceLastReference>;

/// Longest list of lost or reported packets one RTCP packet may spell out; more is malformed.
inline constexpr size_t kRtcpSequencesMax = 4096;

/// Appends the packets of a compound (or reduced-size, RFC 5506) datagram. Kinds we do not know are skipped. False if
/// the datagram is malformed; what came before the fault is kept.
bool parse_rtcp(Bytes datagram, std::vector<RtcpPacket>& packets);
/// Appends one packet; false (nothing written) if it does not fit.
bool serialize_rtcp(const RtcpPacket& packet, ByteWriter& out);

/// RFC 5761 §4: true if a datagram in the RTP range is RTCP.
inline bool is_rtcp(Bytes datagram) { return datagram.size() >= 8 && datagram[1] >= 192 && datagram[1] <= 223; }

/// Wall-clock time as NTP 32.32, and its middle 32 bits.
uint64_t ntp_of(UnixMillis wall);
inline uint32_t ntp_middle(uint64_t ntp) { return static_cast<uint32_t>(ntp >> 16); }

}  // namespace kith::rtc
