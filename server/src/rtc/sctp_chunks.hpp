// The chunks of SCTP whose values have fields, parsed and serialized (RFC 9260 §3.3, RFC 3758 §3.2, RFC 6525 §4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtc/bytes.hpp"
#include "rtc/sctp_packet.hpp"

namespace kith::rtc {

/// A transmission sequence number, extended to 64 bits: never wraps, compares as a number.
using Tsn = uint64_t;

/// The extended number whose lower 32 bits are `wire` and that lies nearest to `near`.
inline Tsn extend_tsn(uint32_t wire, Tsn near) {
  return near + static_cast<Tsn>(static_cast<int64_t>(static_cast<int32_t>(wire - static_cast<uint32_t>(near))));
}
/// The first number of a side, high enough that nothing before it is negative.
inline Tsn first_tsn(uint32_t wire) { return Tsn{wire} + (Tsn{1} << 32); }

/// INIT and INIT ACK (RFC 9260 §3.3.2, §3.3.3).
struct SctpInit {
  uint32_t tag = 0;
  uint32_t receive_window = 0;
  uint16_t outbound_streams = 0;
  uint16_t inbound_streams = 0;
  uint32_t initial_tsn = 0;
  bool knows_forward_tsn = false;  ///< RFC 3758 §3.1
  bool knows_reconfig = false;     ///< RFC 5061 §4.2.7 lists RE-CONFIG
  Bytes cookie;                    ///< INIT ACK only

  /// nullopt: malformed, or a tag or number of streams that must not be 0 is.
  static std::optional<SctpInit> parse(Bytes value);
  /// `type`: kInit or kInitAck.
  void write(SctpChunkType type, SctpPacker& packer) const;
};

/// DATA (RFC 9260 §3.3.1): a message, or a fragment of one.
struct SctpData {
  uint32_t tsn = 0;
  uint16_t stream = 0;
  uint16_t sequence = 0;  ///< of the message in its stream; no meaning if unordered
  uint32_t protocol = 0;  ///< payload protocol identifier (PPID)
  bool is_unordered = false;
  bool begins = false;
  bool ends = false;
  bool is_urgent = false;  ///< to be acknowledged at once (RFC 7053)
  Bytes payload;           ///< not empty

  static constexpr size_t kHeaderSize = 12;
  static constexpr size_t kPayloadMax = kSctpChunkValueMax - kHeaderSize;

  static std::optional<SctpData> parse(const SctpItem& chunk);
  void write(SctpPacker& packer) const;
};

/// SACK (RFC 9260 §3.3.4). Blocks are offsets from the cumulative TSN.
struct SctpSack {
  uint32_t cumulative_tsn = 0;
  uint32_t receive_window = 0;
  Bytes blocks;      ///< four bytes each: first, last
  Bytes duplicates;  ///< four bytes each

  struct Block {
    uint16_t first = 0;
    uint16_t last = 0;
  };
  [[nodiscard]] size_t block_count() const { return blocks.size() / 4; }
  [[nodiscard]] Block block(size_t index) const {
    return {.first = load_u16(blocks.data() + 4 * index), .last = load_u16(blocks.data() + 4 * index + 2)};
  }

  static std::optional<SctpSack> parse(Bytes value);
};

/// FORWARD TSN (RFC 3758 §3.2): messages up to a TSN will not come.
struct SctpForwardTsn {
  uint32_t cumulative_tsn = 0;
  Bytes skipped;  ///< four bytes each: stream, sequence of its last message skipped

  struct Skip {
    uint16_t stream = 0;
    uint16_t sequence = 0;
  };
  [[nodiscard]] size_t skip_count() const { return skipped.size() / 4; }
  [[nodiscard]] Skip skip(size_t index) const {
    return {.stream = load_u16(skipped.data() + 4 * index), .sequence = load_u16(skipped.data() + 4 * index + 2)};
  }

  static std::optional<SctpForwardTsn> parse(Bytes value);
};

/// Parameters of RE-CONFIG (RFC 6525 §4).
enum class SctpReconfigKind : uint16_t { kOutgoingReset = 13, kIncomingReset = 14, kResponse = 16 };
/// RFC 6525 §4.4.
enum class SctpReconfigResult : uint32_t {
  kNothingToDo = 0,
  kPerformed = 1,
  kDenied = 2,
  kBadSequence = 5,
  kInProgress = 6,
};

/// Outgoing SSN Reset Request: the sender's streams begin at sequence 0 again (RFC 6525 §4.1).
struct SctpOutgoingReset {
  uint32_t request = 0;   ///< its number
  uint32_t response = 0;  ///< number of the peer's request it answers, or of the peer's last one
  uint32_t last_tsn = 0;  ///< nothing of these streams was given a later one
  Bytes streams;          ///< two bytes each; none: all

  [[nodiscard]] size_t stream_count() const { return streams.size() / 2; }
  [[nodiscard]] uint16_t stream(size_t index) const { return load_u16(streams.data() + 2 * index); }

  static std::optional<SctpOutgoingReset> parse(Bytes value);
};
/// Most streams of one request that we send.
inline constexpr size_t kSctpResetStreamsMax = 128;

struct SctpReconfigResponse {
  uint32_t response = 0;  ///< number of the request it answers
  SctpReconfigResult result = SctpReconfigResult::kNothingToDo;

  static std::optional<SctpReconfigResponse> parse(Bytes value);
  void write(SctpPacker& packer) const;
};

}  // namespace kith::rtc
