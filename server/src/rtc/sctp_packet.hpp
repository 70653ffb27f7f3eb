// SCTP packets: a checked header, chunks in, chunks out (RFC 9260 §3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/function_ref.hpp"
#include "rtc/bytes.hpp"

namespace kith::rtc {

/// Largest packet we send: with DTLS (37 bytes), a TURN channel header (4), UDP (8) and IPv6 (40) it fits into 1280,
/// the least MTU of IPv6.
inline constexpr size_t kSctpPacketMax = 1188;
inline constexpr size_t kSctpHeaderSize = 12;
inline constexpr size_t kSctpItemHeaderSize = 4;
/// Longest value of a chunk that fits into a packet of its own.
inline constexpr size_t kSctpChunkValueMax = kSctpPacketMax - kSctpHeaderSize - kSctpItemHeaderSize;
/// Both ports; descriptions say `a=sctp-port:5000`.
inline constexpr uint16_t kSctpPort = 5000;

/// RFC 9260 §3.2, RFC 6525 §3, RFC 3758 §3.2.
enum class SctpChunkType : uint8_t {
  kData = 0,
  kInit = 1,
  kInitAck = 2,
  kSack = 3,
  kHeartbeat = 4,
  kHeartbeatAck = 5,
  kAbort = 6,
  kShutdown = 7,
  kShutdownAck = 8,
  kError = 9,
  kCookieEcho = 10,
  kCookieAck = 11,
  kShutdownComplete = 14,
  kReconfig = 130,
  kForwardTsn = 192,
};

/// A chunk or a parameter: both are 16 bits of kind, 16 bits of length, a value and padding to four bytes.
struct SctpItem {
  uint16_t kind = 0;  ///< of a chunk: type in the upper, flags in the lower byte
  Bytes value;

  [[nodiscard]] SctpChunkType chunk_type() const { return static_cast<SctpChunkType>(kind >> 8); }
  [[nodiscard]] uint8_t chunk_flags() const { return static_cast<uint8_t>(kind); }
};

/// Walks over the chunks of a packet or the parameters of a chunk.
class SctpItemReader {
 public:
  explicit SctpItemReader(Bytes bytes) : bytes_(bytes) {}

  /// The next item; nullopt at the end, and when the rest is malformed.
  std::optional<SctpItem> next();

 private:
  Bytes bytes_;
};

struct SctpPacket {
  uint32_t verification_tag = 0;
  Bytes chunks;
};

/// nullopt: too short, other ports than ours, or a wrong checksum.
std::optional<SctpPacket> parse_sctp_packet(Bytes packet);

/// Gathers chunks in packets of at most `kSctpPacketMax` bytes and hands each on when the next chunk does not fit, and
/// the last one with `finish`.
class SctpPacker {
 public:
  using Sink = FunctionRef<void(Bytes packet)>;

  /// What `send` refers to outlives the packer.
  SctpPacker(uint32_t verification_tag, Sink send) : verification_tag_(verification_tag), send_(send) {}

  /// Adds a chunk, in a new packet if need be; the caller fills its value, which is valid until the next call.
  /// `value_size`: at most `kSctpChunkValueMax`.
  MutableBytes add(SctpChunkType type, uint8_t flags, size_t value_size);
  /// True if a chunk with such a value still goes into the packet begun.
  [[nodiscard]] bool fits(size_t value_size) const;
  void finish();

 private:
  std::array<uint8_t, kSctpPacketMax> packet_;
  size_t size_ = kSctpHeaderSize;
  uint32_t verification_tag_;
  Sink send_;
};

}  // namespace kith::rtc
